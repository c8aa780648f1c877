import type { Target } from '../cluster/cluster.ts';
import { quote } from './quote.ts';

/** What a person types after `ssh` to log in as we do. */
export function sshByHand({ user, host, port }: Target, config: string | undefined): string {
  return [
    ...(config === undefined ? [] : ['-F', quote(config)]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    quote(user === undefined ? host : `${user}@${host}`),
  ].join(' ');
}
