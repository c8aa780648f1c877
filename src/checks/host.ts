import type { Check } from './check.ts';
import { alikeChecks } from './alike.ts';
import { hostAccessChecks } from './host-access.ts';
import { hostAlikeChecks } from './host-alike.ts';
import { hostCareChecks } from './host-care.ts';
import { configManagerChecks } from './host-config-manager.ts';
import { hostPlaceChecks } from './host-places.ts';
import { hostPortChecks } from './host-ports.ts';
import { hostUnitChecks } from './host-unit.ts';

/** What of the hosts can break their Grafana, or one node of the cluster alone. */
export const hostChecks: readonly Check[] = [
  ...hostUnitChecks, ...hostAccessChecks, ...hostPlaceChecks, ...hostPortChecks, ...hostCareChecks, ...configManagerChecks, ...hostAlikeChecks, ...alikeChecks,
];
