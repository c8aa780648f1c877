import { parsePort } from '../cluster/address.ts';
import { parseDsn, type Dsn } from '../cluster/dsn.ts';
import { parseName } from '../cluster/name.ts';
import { refused, type Parsed } from '../cluster/parsed.ts';
import { parseRootUrl } from '../cluster/root-url.ts';
import { parseSecretSource } from '../cluster/secret-source.ts';
import type { InitFlags } from './flags.ts';
import { parseLayouts } from './parse-layouts.ts';
import { parseNodes } from './parse-nodes.ts';
import { parsedFlag } from './parsed-flag.ts';

/** Parses every flag before anything is asked or reached; UserError (exit 2) for the first that is wrong. */
export function refuseWrongFlags(flags: InitFlags): void {
  refuse('--node', flags.node?.join(' '), parseNodes);
  refuse('--grafana', flags.grafana, parseLayouts);
  refuse('--dsn', flags.dsn, parsePublicDsn);
  refuse('--db-password', flags.dbPassword, parseSecretSource);
  refuse('--root-url', flags.rootUrl, parseRootUrl);
  refuse('--admin-password', flags.adminPassword, parseSecretSource);
  refuse('--gossip-port', flags.gossipPort, parsePort);
  refuse('--name', flags.name, parseName);
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
