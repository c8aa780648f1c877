import type { HostFacts } from '../facts/host.ts';
import type { About, Subject } from './check.ts';
import { everyNode, type LookedAt } from './subjects.ts';

export interface HostLookedAt extends LookedAt {
  readonly host: HostFacts;
}

/** Each node whose host was asked about; one that nobody asked about is no subject. */
export const everyHost: About<HostLookedAt> = (scene) => everyNode(scene).flatMap(({ fact, ...subject }): readonly Subject<HostLookedAt>[] => {
  if (!fact.ok) return [{ ...subject, fact }];
  const { host } = fact.facts.facts;
  return host === undefined ? [] : [{ ...subject, fact: { ok: true, facts: { ...fact.facts, host } } }];
});

/** A few of many, such as `a, b and 3 more`. */
export function some(names: readonly string[], most = 5): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
