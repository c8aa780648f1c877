import type { Check } from './check.ts';

export const hostChecks: readonly Check[] = [];
