import { formatAddress } from '../cluster/address.ts';
import type { Address } from '../cluster/cluster.ts';
import { redisTlsDemand, tlsProblem } from '../grafana/database-tls.ts';
import type { TlsOffer } from '../world/database.ts';
import { failed, type Judgement, passed, warned } from './check.ts';

const soonDays = 14;

/** Judges what a Redis offers against what Grafana asks of it. */
export function judgeRedisTls(offer: TlsOffer, address: Address, at: Date): Judgement {
  const server = formatAddress(address);
  const problem = tlsProblem(redisTlsDemand(address.host), offer);
  if (!offer.offered) return failed({
    code: 'not-offered',
    found: `${server} speaks no TLS`,
    expected: 'TLS, as tls = yes asks',
    hint: 'address = HOST:TLS-PORT under [redis] of the cluster file, or tls = no there',
  });
  if (problem === 'chain') return failed({
    code: offer.chainError ?? 'chain',
    found: `the certificate of ${server} leads to "${offer.topIssuer}", which is not trusted`,
    expected: 'an authority of the CA file, or of the node',
    hint: 'ca_cert = PATH under [redis] of the cluster file',
  });
  if (problem !== undefined) return failed({
    code: problem,
    found: offer.names.length === 0 ? `the certificate of ${server} has no subject alternative name, only "${offer.subject}", which Go does not look at` : `the certificate of ${server} is for ${offer.names.join(', ')}`,
    expected: address.host,
    hint: 'address = NAME:PORT under [redis] of the cluster file, with a name of the certificate',
  });
  const days = Math.floor((offer.notAfter.getTime() - at.getTime()) / 86_400_000);
  return days >= soonDays ? passed() : warned({
    code: 'expires',
    found: `the certificate of ${server} ends in ${days} days`,
    expected: `${soonDays} days or more`,
    hint: 'renew it on the server',
  });
}
