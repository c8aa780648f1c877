import type { Gathered, NodeFacts } from '../facts.ts';
import type { MeshMetrics } from '../facts/peers.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { parseMeshMetrics } from '../grafana/metrics.ts';
import { healthTarget } from '../settings/health-target.ts';
import type { NodeConnection, World } from '../world.ts';

/** Reads /metrics of a running Grafana through its host, with the login that its config asks for. */
export async function readMesh(name: string, facts: NodeFacts, connection: Pick<NodeConnection, 'dial'>, { http }: Pick<World, 'http'>): Promise<Gathered<MeshMetrics>> {
  const missing = (why: string): Gathered<never> => ({ ok: false, missing: `the metrics of ${name} cannot be read: ${why}` });
  const effective = effectiveOf(facts);
  if (!effective.ok) return missing(effective.problem);
  const value = (key: string): string => effective.config.get('metrics', key)?.value ?? '';
  if (/^(0|f|false|no|n|off)$/i.test(value('enabled'))) return missing('[metrics] enabled is false');
  const target = healthTarget(effective.config);
  if (target === undefined) return missing('Grafana listens on a unix socket');
  const [user, password] = [value('basic_auth_username'), value('basic_auth_password')];
  const headers: Readonly<Record<string, string>> = user === '' && password === '' ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  try {
    const { status, body } = await http.request({ dial: () => connection.dial(target.address), host: target.address.host, path: '/metrics', tls: target.tls, headers, timeoutMs: 3000 });
    return status === 200 ? { ok: true, facts: parseMeshMetrics(body) } : missing(`/metrics answers ${status}`);
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error));
  }
}
