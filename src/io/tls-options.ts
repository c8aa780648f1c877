import type { DatabaseRequest } from '../world/database.ts';

/** What tls.connect wants for the way a session is to be verified; the name is compared by Node's own check. */
export function tlsOptions(tls: Exclude<DatabaseRequest['tls'], false>): {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly checkServerIdentity?: () => undefined;
} {
  return {
    rejectUnauthorized: tls.verify !== 'none',
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.client === undefined ? {} : { cert: tls.client.cert, key: tls.client.key.reveal() }),
    ...(tls.verify === 'name' ? {} : { checkServerIdentity: () => undefined }),
  };
}
