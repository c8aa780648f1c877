import type { Cluster, Ignored } from '../cluster/cluster.ts';
import type { Facts } from '../facts.ts';
import type { Fingerprint } from '../settings/shown.ts';
import type { Check, Group, Judged } from './check.ts';

export interface Result {
  readonly check: string;
  readonly group: Group;
  readonly title: string;
  /** Empty for the cluster. */
  readonly label: string;
  readonly node?: string;
  /** The other node, where it is about two. */
  readonly peer?: string;
  readonly judgement: Judged['judgement'];
  /** Set on a failure or warning that somebody accepted. */
  readonly ignored?: { readonly why: string; readonly until?: string };
  /** Set on one that was accepted until a day that has passed. */
  readonly lapsed?: { readonly why: string; readonly until: string };
}

export interface CheckOptions {
  /** Ids, or groups of ids as `database.*`; absent: all. */
  readonly only?: readonly string[];
  /** `CHECK` or `CHECK@NODE`, accepted this once. */
  readonly ignore?: readonly string[];
  /** YYYY-MM-DD, for accepted findings that end. */
  readonly today: string;
  readonly fingerprint: Fingerprint;
}

/** Judges the facts by all checks that were asked for; a failure stops none of the others. What kept one of them from looking is there, too. */
export function runChecks(checks: readonly Check[], facts: Facts, cluster: Cluster, options: CheckOptions): readonly Result[] {
  const results = judgeAll(checks, facts, cluster, options);
  const isWanted = ({ check: id }: Result): boolean => options.only === undefined || options.only.some((asked) => isAsked(id, asked));
  const unseen = new Set(results.filter((result) => isWanted(result) && result.judgement.outcome === 'skipped').flatMap(({ group }) => ['ssh, sudo', group]));
  return results.filter((result) => isWanted(result) || (unseen.has(result.group) && result.judgement.outcome === 'failed'));
}

function judgeAll(checks: readonly Check[], facts: Facts, cluster: Cluster, options: CheckOptions): readonly Result[] {
  const accepted = [...cluster.ignored.filter(({ until }) => until === undefined || until >= options.today), ...(options.ignore ?? []).map(ignoredNow)];
  return checks
    .flatMap((one) => one.judgeAll({ cluster, facts, fingerprint: options.fingerprint }).map(({ judgement, ...subject }): Result => {
      const isAbout = ({ check, node }: Ignored): boolean => isAsked(one.id, check) && (node === undefined || node === subject.node);
      const ignored = accepted.find(isAbout);
      const lapsed = cluster.ignored.find((entry) => isAbout(entry) && (entry.until ?? options.today) < options.today);
      const isFinding = judgement.outcome === 'failed' || judgement.outcome === 'warned';
      return {
        check: one.id, group: one.group, title: one.title, ...subject, judgement,
        ...(isFinding && ignored !== undefined ? { ignored: { why: ignored.why, ...(ignored.until === undefined ? {} : { until: ignored.until }) } } : {}),
        ...(isFinding && ignored === undefined && lapsed?.until !== undefined ? { lapsed: { why: lapsed.why, until: lapsed.until } } : {}),
      };
    }));
}

/** Whether a failure is left that nobody accepted. */
export function hasFailure(results: readonly Result[]): boolean {
  return results.some(isFailure);
}

export function isFailure({ judgement, ignored }: Result): boolean {
  return judgement.outcome === 'failed' && ignored === undefined;
}

/** Whether an id is the one that was asked for, or of the group `database.*`. */
export function isAsked(id: string, asked: string): boolean {
  return asked.endsWith('.*') ? id.startsWith(asked.slice(0, -1)) : id === asked;
}

function ignoredNow(text: string): Ignored {
  const [check = '', node] = text.split('@');
  return { check, ...(node === undefined ? {} : { node }), why: 'accepted with --ignore' };
}
