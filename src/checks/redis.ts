import type { Check } from './check.ts';

export const redisChecks: readonly Check[] = [];
