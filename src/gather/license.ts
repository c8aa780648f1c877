import type { License } from '../cluster/cluster.ts';
import { isUserError } from '../errors.ts';
import type { LocalFacts, NodeEntry } from '../facts.ts';
import type { Egress } from '../facts/license.ts';
import { newestLicense } from '../grafana/license.ts';
import type { Dial } from '../world/database.ts';
import type { World } from '../world.ts';
import { resolveSecret } from './secrets.ts';

/** The license token that the nodes are to have: the file here, or what its source gives; of tokens on the nodes the newest. */
export async function readLicense(license: License, readFile: (path: string) => Promise<NonNullable<LocalFacts['license']>>, nodes: readonly NodeEntry[], world: Pick<World, 'files' | 'local' | 'prompt'>): Promise<LocalFacts['license']> {
  if (license.text === undefined) return license.path === undefined ? undefined : readFile(license.path);
  const newest = newestLicense(nodes.flatMap(({ name, node }) => (node.ok ? node.facts.licenses ?? [] : []).map(({ text }) => ({ node: name, secret: text }))));
  try {
    const token = await resolveSecret(license.text, { what: 'the license token', title: 'Enterprise license token', flag: '--license', held: newest === undefined ? [] : [newest] }, world);
    return token.ok ? { ok: true, text: token.secret.reveal() } : { ok: false, missing: token.missing };
  } catch (error) {
    if (!isUserError(error) || error.exitCode === 130) throw error;
    return { ok: false, missing: error.message.replace(/\.$/, '') };
  }
}

const patienceMs = 4000;

/** Where Grafana renews a license (facts: auto_refresh_license). */
export const renewalHost = 'grafana.com';

/** Whether each node whose Grafana renews a license reaches the place where it does, by a TCP connection and a TLS handshake. */
export async function gatherEgress(license: License | undefined, nodes: readonly NodeEntry[], dialFrom: (node: string) => Dial | undefined, { http }: Pick<World, 'http'>): Promise<ReadonlyMap<string, Egress>> {
  if (license?.autoRefresh !== true) return new Map();
  const entries = await Promise.all(nodes.map(async ({ name, node }): Promise<readonly (readonly [string, Egress])[]> => {
    const dial = dialFrom(name);
    if (!node.ok || node.facts.grafana?.edition !== 'enterprise' || dial === undefined) return [];
    if (node.facts.proxied === true) return [[name, { kind: 'proxy' }]];
    try {
      await http.certificate({ dial: () => dial({ host: renewalHost, port: 443 }), serverName: renewalHost, timeoutMs: patienceMs });
      return [[name, { kind: 'open' }]];
    } catch (error) {
      const { code = 'unknown', message } = error as { readonly code?: string; readonly message: string };
      return [[name, { kind: 'closed', code, said: message }]];
    }
  }));
  return new Map(entries.flat());
}
