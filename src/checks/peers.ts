import type { Check } from './check.ts';

export const peersChecks: readonly Check[] = [];
