import type { Cluster } from '../cluster/cluster.ts';
import type { Facts, Gathered } from '../facts.ts';
import type { Fingerprint } from '../settings/shown.ts';

/** What every judge may look at. */
export interface Scene {
  readonly cluster: Cluster;
  readonly facts: Facts;
  /** Tells secrets apart in words. */
  readonly fingerprint: Fingerprint;
}

/** A finding: what is there, what should be, and the next thing to type. */
export interface Finding {
  /** Stable word for tests and JSON, such as `28P01` or `on-nfs`. */
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

export type Judgement =
  | { readonly outcome: 'passed'; readonly detail?: string }
  | ({
      readonly outcome: 'warned' | 'failed';
      /** It is about how the nodes run now, and a push changes that or waits until it is over: it stops none. */
      readonly mendedByPush?: true;
    } & Finding);

/** `missing`: what kept the judge from looking. */
export interface Skipped {
  readonly outcome: 'skipped';
  readonly missing: string;
}

export function passed(detail?: string): Judgement {
  return { outcome: 'passed', ...(detail === undefined ? {} : { detail }) };
}

export function warned(finding: Finding): Judgement {
  return { outcome: 'warned', ...finding };
}

export function failed(finding: Finding): Judgement {
  return { outcome: 'failed', ...finding };
}

/** A failure that keeps no push from starting, since a push changes what was judged, or waits until it is over. */
export function failedUntilPush(finding: Finding): Judgement {
  return { outcome: 'failed', mendedByPush: true, ...finding };
}

/** Says why there is nothing to judge, where another check has the finding. */
export function skipped(missing: string): Skipped {
  return { outcome: 'skipped', missing };
}

/** One thing that a check is asked about. */
export interface Subject<Fact> {
  /** As it is shown: `graf-a`, `graf-a → database`; empty for the cluster. */
  readonly label: string;
  readonly node?: string;
  /** The other node, where it is about two. */
  readonly peer?: string;
  readonly fact: Gathered<Fact>;
}

/** Finds the subjects of a check. */
export type About<Fact> = (scene: Scene) => readonly Subject<Fact>[];

/** Lines of the table on the screen. */
export type Group = 'cluster' | 'ssh, sudo' | 'host' | 'grafana' | 'config' | 'database' | 'gossip' | 'redis' | 'url';

export interface Check {
  readonly id: string;
  readonly group: Group;
  /** True when the check passes. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
  /** How to mend it, whatever was found; for --explain. */
  readonly fix: string;
  judgeAll(scene: Scene): readonly Judged[];
}

export interface Judged {
  readonly label: string;
  readonly node?: string;
  readonly peer?: string;
  readonly judgement: Judgement | Skipped;
}

export interface CheckDefinition<Fact> {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  readonly about: About<Fact>;
  /** Undefined: the question does not arise for this subject. */
  readonly judge: (fact: Fact, scene: Scene) => Judgement | Skipped | undefined;
}

/** Makes a check that asks its judge about every subject; a fact that is missing is skipped with the reason. */
export function check<Fact>({ about, judge, ...words }: CheckDefinition<Fact>): Check {
  return {
    ...words,
    judgeAll: (scene) =>
      about(scene).flatMap(({ fact, ...subject }): readonly Judged[] => {
        if (!fact.ok) return [{ ...subject, judgement: { outcome: 'skipped', missing: fact.missing } }];
        const judgement = judge(fact.facts, scene);
        return judgement === undefined ? [] : [{ ...subject, judgement }];
      }),
  };
}
