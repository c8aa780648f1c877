import type { Check } from './check.ts';

export const databaseServerChecks: readonly Check[] = [];
