import { Secret } from '../cluster/secret.ts';
import type { Facts } from '../facts.ts';
import { publicSecretKey } from '../grafana/catalogue-secrets.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { goTrim } from '../grafana/go-space.ts';

/** What Grafana ships with is no secret, and hiding it would hide the word `admin` everywhere. */
const shipped = ['', 'admin', publicSecretKey];

const secretSettings = [
  ['database', 'password'], ['security', 'secret_key'], ['secrets_manager.encryption.secret_key.v1', 'secret_key'], ['security', 'admin_password'],
  ['unified_alerting', 'ha_redis_password'], ['unified_alerting', 'ha_redis_sentinel_password'], ['live', 'ha_engine_password'],
] as const;

/** Every secret that gathering came across: what must not be in any word we print. */
export function knownSecrets({ nodes, local }: Facts): readonly Secret[] {
  const onNodes = nodes.flatMap(({ node }) => {
    if (!node.ok) return [];
    const effective = effectiveOf(node.facts);
    return [
      ...[...node.facts.secretFiles.values()].map((secret) => goTrim(secret.reveal())),
      ...(effective.ok ? secretSettings.map(([section, key]) => effective.config.get(section, key)?.value ?? '') : []),
      ...[...(node.facts.running?.environment ?? [])].filter(([name]) => isSecretName(name)).map(([, value]) => value.reveal()),
      ...node.facts.environment.filter(({ name }) => isSecretName(name)).map(({ value }) => value.reveal()),
    ];
  });
  const tried = [local.databasePassword, ...Object.values(local.redis ?? {})].flatMap((found) => (found.ok ? [found.facts.reveal()] : []));
  if (local.databaseClientKey?.ok === true) tried.push(local.databaseClientKey.secret.reveal());
  return [...new Set([...tried, ...onNodes])].filter((text) => !shipped.includes(text)).map((text) => new Secret(text));
}

function isSecretName(name: string): boolean {
  return /PASSWORD|SECRET|TOKEN|LICENSE_TEXT|_KEY$/.test(name);
}
