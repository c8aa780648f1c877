import type { Check } from './check.ts';
import { clusterChecks } from './cluster.ts';
import { configChecks } from './config.ts';
import { databaseChecks } from './database.ts';
import { gossipChecks } from './gossip.ts';
import { keyChecks } from './keys.ts';
import { licenseChecks } from './license.ts';
import { lintChecks } from './lint.ts';
import { nodeChecks } from './node.ts';
import { pluginChecks } from './plugins.ts';
import { startChecks } from './start.ts';
import { usedChecks } from './used.ts';

/** All checks, in the order in which their results are shown. */
export const everyCheck: readonly Check[] = [...clusterChecks, ...licenseChecks, ...nodeChecks, ...pluginChecks, ...configChecks, ...usedChecks, ...startChecks, ...keyChecks, ...lintChecks, ...databaseChecks, ...gossipChecks];
