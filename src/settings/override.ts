import type { NodeFacts } from '../facts.ts';
import type { Outlook } from './foresee.ts';

/** What decides a setting instead of the line we write. */
export interface Override {
  /** Such as `GF_DATABASE_URL` or `cfg:server.root_url`. */
  readonly name: string;
  /** Such as `/etc/default/grafana-server:12` or `the running process`. */
  readonly place: string;
}

/** What beats the config, or the line in it that beats ours; undefined: our line decides. */
export function overrideOf({ setting: { section, key }, before, after, willBeRight }: Outlook, facts: Pick<NodeFacts, 'configPath' | 'arguments' | 'argumentPlaces'>): Override | undefined {
  const origin = after?.origin;
  switch (origin?.kind) {
    case 'environment':
      return { name: origin.name, place: origin.origin };
    case 'argument': {
      const name = `cfg:${section}.${key}`;
      const argument = facts.arguments.findLast((word) => word.startsWith(`${name}=`));
      return { name, place: facts.argumentPlaces?.get(argument ?? '') ?? 'the command line' };
    }
    case 'file': {
      if (willBeRight) return undefined;
      // A line of `[a.b]` that Grafana writes into `[a]`; the person knows the file as it is now.
      const line = before?.origin.kind === 'file' ? before.origin.line : origin.line;
      return { name: 'another line of the config', place: `${facts.configPath}:${line}` };
    }
    default:
      return willBeRight ? undefined : { name: "Grafana's default", place: 'conf/defaults.ini' };
  }
}
