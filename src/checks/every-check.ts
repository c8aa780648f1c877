import type { Check } from './check.ts';
import { baseSettingsChecks } from './base-settings.ts';
import { clusterChecks } from './cluster.ts';
import { configChecks } from './config.ts';
import { databaseChecks } from './database.ts';
import { databaseClientChecks } from './database-client.ts';
import { databaseServerChecks } from './database-server.ts';
import { gossipChecks } from './gossip.ts';
import { hostChecks } from './host.ts';
import { keyChecks } from './keys.ts';
import { licenseChecks } from './license.ts';
import { lintChecks } from './lint.ts';
import { nodeChecks } from './node.ts';
import { peersChecks } from './peers.ts';
import { pluginChecks } from './plugins.ts';
import { redisChecks } from './redis.ts';
import { startChecks } from './start.ts';
import { urlChecks } from './url.ts';
import { usedChecks } from './used.ts';

/** All checks, in the order in which their results are shown. */
export const everyCheck: readonly Check[] = [
  ...clusterChecks, ...baseSettingsChecks, ...licenseChecks,
  ...nodeChecks, ...hostChecks, ...pluginChecks, ...configChecks, ...usedChecks, ...startChecks, ...keyChecks, ...lintChecks,
  ...databaseChecks, ...databaseClientChecks, ...databaseServerChecks, ...gossipChecks, ...peersChecks, ...redisChecks, ...urlChecks,
];
