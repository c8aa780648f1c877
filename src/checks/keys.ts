import { publicSecretKey } from '../grafana/catalogue-secrets.ts';
import { chooseSecretKey, type KeyHolder } from '../settings/choose-secret-key.ts';
import { type EncryptionKey, keyHolders, schemaOf, schemaUnder, secretKey, secretsManagerKey } from '../settings/encryption-keys.ts';
import { Secret } from '../cluster/secret.ts';
import { type Check, check, failed, type Judgement, passed, type Scene, warned } from './check.ts';
import { wholeCluster } from './subjects.ts';

const why = 'A node with another key hands out garbage instead of passwords and logs its users out; no log line says so.';

/** The keys that encrypt what lies in the database. */
export const keyChecks: readonly Check[] = [
  check({
    id: 'security.secret-key', group: 'config', about: wholeCluster,
    title: 'All nodes have one secret_key, and nobody else knows it', why,
    fix: 'Name the key that encrypted the database as secret_key = env:NAME or file:PATH under [security] of the cluster file; a push brings it to every node. A new key means typing every stored password again.',
    judge: (scene) => judgeKey(secretKey, scene),
  }),
  check({
    id: 'security.secrets-manager-key', group: 'config', about: wholeCluster,
    title: "All nodes have one key for Grafana's secrets manager, and nobody else knows it", why,
    fix: 'Name the key that encrypted the secrets as secrets_manager_key = env:NAME or file:PATH under [security] of the cluster file; a push brings it to every node.',
    judge: (scene) => judgeKey(secretsManagerKey, scene),
  }),
];

function judgeKey(which: EncryptionKey, { cluster, facts, fingerprint }: Scene): Judgement | undefined {
  const holders = keyHolders(which, cluster, facts);
  const whole = schemaOf(facts);
  if (holders.length === 0 || whole === undefined) return undefined;
  const schema = schemaUnder(which, whole);
  const show = (some: readonly KeyHolder[]): string => some.map(({ node, key }) => `${node} has ${key.reveal() === publicSecretKey ? "Grafana's default" : `secret ${fingerprint(key)}`}`).join(', ');
  const isNamed = (cluster.security[which.name] ?? { kind: 'nodes' }).kind !== 'nodes';
  const name = `${which.option} = env:NAME under [security] of the cluster file`;

  const choice = chooseSecretKey({ holders, schema, fresh: new Secret('fresh') });
  if (!choice.ok && choice.reason === 'nodes-differ' && !(isNamed && isReplaceable(schema))) return failed({
    code: 'differ',
    found: `[${which.section}] ${which.key}: ${show(choice.holders)}`,
    expected: 'one key on all nodes: the one that encrypted the database',
    hint: `name the right one: ${name}`,
  });
  if (!choice.ok && !isNamed) return failed({
    code: 'unknown',
    found: `the database holds ${schema.kind === 'grafana' ? schema.encryptedRows : ''} encrypted rows, and no node has the ${which.option} for them`,
    expected: 'the key of the Grafana that wrote them',
    hint: `name it: ${name}`,
  });
  if (!choice.ok || isNamed || choice.key.reveal() !== publicSecretKey) return passed();
  return warned({
    code: 'public',
    found: `[${which.section}] ${which.key} is Grafana's default, which everybody knows, over a database in use`,
    expected: 'a key of your own; a push keeps this one, because another could not read what it encrypted',
    hint: isReplaceable(schema) ? `nothing is encrypted yet: ${name}, then grafana-ha push` : 'keep the database and its backups private; a new key means typing every stored password again',
  });
}

function isReplaceable(schema: Parameters<typeof schemaUnder>[1]): boolean {
  return schema.kind === 'empty' || (schema.kind === 'grafana' && schema.encryptedRows === 0);
}
