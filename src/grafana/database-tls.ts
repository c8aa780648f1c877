import type { Database } from '../cluster/cluster.ts';
import { isIp, isIpv6 } from '../cluster/ip.ts';
import type { TlsOffer } from '../world/database.ts';

/** What Grafana's driver asks of the server's certificate (grafana: sqlstore, lib/pq ssl.go, go-sql-driver). */
export type TlsDemand =
  | { readonly kind: 'plain' }
  /** `chain`: to a trusted authority; `name`: the certificate must carry it; absent: no name is compared. */
  | { readonly kind: 'tls'; readonly chain: boolean; readonly name?: string; readonly serverName: string };

/** The demand that an ssl_mode means for this engine. */
export function tlsDemand(database: Database): TlsDemand {
  if (database.sslMode === 'disable') return { kind: 'plain' };
  if (database.type === 'mysql') {
    const serverName = database.serverCertName ?? database.address.host;
    return database.sslMode === 'true' ? { kind: 'tls', chain: true, name: serverName, serverName } : { kind: 'tls', chain: false, serverName };
  }
  const serverName = database.address.host;
  if (database.sslMode === 'verify-full') return { kind: 'tls', chain: true, name: serverName, serverName };
  // lib/pq: `require` with a root certificate is verify-ca.
  return { kind: 'tls', chain: database.sslMode === 'verify-ca' || database.caCert !== undefined, serverName };
}

/** What Grafana asks of a Redis with TLS: the name it dials, by Go's default (redis_peer.go). */
export function redisTlsDemand(host: string): TlsDemand {
  return { kind: 'tls', chain: true, name: host, serverName: host };
}

export type TlsProblem = 'not-offered' | 'chain' | 'name' | 'no-names' | undefined;

/** What Grafana would refuse about the server's offer; Go looks at subject alternative names alone, never at the CN. */
export function tlsProblem(demand: TlsDemand, offer: TlsOffer): TlsProblem {
  if (demand.kind === 'plain') return undefined;
  if (!offer.offered) return 'not-offered';
  if (demand.chain && offer.chainError !== undefined) return 'chain';
  if (demand.name === undefined || matches(offer.names, demand.name)) return undefined;
  return offer.names.length === 0 ? 'no-names' : 'name';
}

function matches(names: readonly string[], wanted: string): boolean {
  if (isIp(wanted)) return names.some((name) => name.startsWith('IP Address:') && plainIp(name.slice('IP Address:'.length)) === plainIp(wanted));
  const host = wanted.toLowerCase().replace(/\.$/, '');
  return names.some((name) => {
    if (!name.startsWith('DNS:')) return false;
    const pattern = name.slice('DNS:'.length).toLowerCase();
    // A star stands for one whole label, the first.
    return pattern === host || (pattern.startsWith('*.') && host.includes('.') && pattern.slice(1) === host.slice(host.indexOf('.')));
  });
}

/** OpenSSL writes IPv6 in full, people do not. */
function plainIp(text: string): string {
  return isIpv6(text) ? new URL(`http://[${text}]/`).hostname : text;
}
