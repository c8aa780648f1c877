import type { Check, Group } from './check.ts';
import { everyCheck } from './every-check.ts';

/** What has to hold before a push. What people reach the nodes through comes last, and must not stop one. */
export const checksBeforePush: readonly Check[] = everyCheck.filter(({ group }) => group !== 'url');

export const groupsBeforePush: ReadonlySet<Group> = new Set(checksBeforePush.map(({ group }) => group));
