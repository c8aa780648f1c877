import { parsePort } from '../cluster/address.ts';
import { parseDsn, type Dsn } from '../cluster/dsn.ts';
import { parseName } from '../cluster/name.ts';
import { ExitCode, UserError } from '../errors.ts';
import { refused, type Parsed } from '../cluster/parsed.ts';
import { parseRootUrl } from '../cluster/root-url.ts';
import { parseSecretSource } from '../cluster/secret-source.ts';
import type { InitFlags } from './flags.ts';
import { parseLayouts } from './parse-layouts.ts';
import { parseNodes } from './parse-nodes.ts';
import { parsedFlag } from '../cluster/parsed-flag.ts';

/** Parses every flag before anything is asked or reached; UserError (exit 2) for the first that is wrong. */
export function refuseWrongFlags(flags: InitFlags): void {
  refuseTogether(flags);
  refuse('--node', flags.node?.join(' '), (text) => parseNodes(text));
  refuse('--from', flags.from?.join(' '), (text) => parseNodes(text, 1));
  refuse('--grafana', flags.grafana, parseLayouts);
  refuse('--dsn', flags.dsn, parsePublicDsn);
  refuse('--db-password', flags.dbPassword, parseSecretSource);
  refuse('--root-url', flags.rootUrl, parseRootUrl);
  refuse('--admin-password', flags.adminPassword, parseSecretSource);
  refuse('--gossip-port', flags.gossipPort, parsePort);
  refuse('--name', flags.name, parseName);
}

/** `--from` reads and changes nothing. */
function refuseTogether({ from, node, push, like }: InitFlags): void {
  const wrong = (found: string, hint: string): UserError => new UserError(found, { hint, exitCode: ExitCode.WrongUsage });
  if (from !== undefined && node !== undefined) throw wrong('--from and --node both name nodes.', '--from for nodes that run, --node for a new cluster');
  if (from !== undefined && push === true) throw wrong('--from changes nothing on the nodes, and --push would.', 'First init --from, then grafana-ha push');
  if (from === undefined && like !== undefined) throw wrong('--like says which running node is right, and needs --from.', '--from TARGET... --like NODE');
}

function refuse<Given>(flag: string, given: Given | undefined, parse: (given: Given) => Parsed<unknown>): void {
  if (given !== undefined) parsedFlag(flag, parse(given));
}

/** Parses a database URL from the command line, which every user of this machine can read: a password in it is refused. */
export function parsePublicDsn(text: string): Parsed<Dsn> {
  const dsn = parseDsn(text);
  if (!dsn.ok || dsn.value.password === undefined) return dsn;
  return refused('the URL holds a password, and others on this machine can read a command line', 'Leave it out, and add --db-password env:NAME or file:PATH');
}
