import type { Address } from '../cluster/cluster.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';

/** Where a node's Grafana answers `/api/health`, seen from the node itself. */
export interface HealthTarget {
  readonly address: Address;
  readonly tls: boolean;
  readonly path: string;
}

/** Reads the target from `[server]`; undefined when Grafana listens on a unix socket alone. */
export function healthTarget(config: EffectiveConfig): HealthTarget | undefined {
  const value = (key: string) => config.get('server', key)?.value ?? '';
  const protocol = value('protocol') || 'http';
  if (protocol === 'socket') return undefined;
  const host = value('http_addr');
  const everywhere = host === '' || host === '0.0.0.0' || host === '::';
  return {
    address: { host: everywhere ? '127.0.0.1' : host.replace(/^\[|\]$/g, ''), port: Number(value('http_port') || 3000) },
    tls: protocol !== 'http',
    path: `${subPath(config)}api/health`,
  };
}

function subPath(config: EffectiveConfig): string {
  const serves = /^(1|t|true|y|yes|on)$/i.test(config.get('server', 'serve_from_sub_path')?.value ?? '');
  const path = /^\w+:\/\/[^/]*(\/.*)$/.exec(config.get('server', 'root_url')?.value ?? '')?.[1] ?? '/';
  return serves ? `${path.replace(/\/+$/, '')}/` : '/';
}
