import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** What a person at this lab has in their ~/.ssh. */
export interface SshFiles {
  readonly publicKey: string;
  readonly config: string;
  readonly knownHosts: string;
}

export interface SshEntry {
  readonly alias: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

/** Makes a key, an ssh_config with an entry a host and the cheapest key exchange (30 ms a login less), and an empty known_hosts. */
export async function makeSshFiles(folder: string, entries: readonly SshEntry[]): Promise<SshFiles> {
  const key = join(folder, 'ssh_key');
  const config = join(folder, 'ssh_config');
  const knownHosts = join(folder, 'known_hosts');
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', key]);
  await writeFile(knownHosts, '');
  const aliases = entries.map(({ alias, address, port, user }) => `Host ${alias}\n  HostName ${address}\n  Port ${port}\n  User ${user}\n  HostKeyAlias ${alias}\n`);
  const all = `Host ${entries.flatMap(({ alias, address }) => [alias, address]).join(' ')}
  IdentityFile ${key}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownHosts}
  GlobalKnownHostsFile /dev/null
  KexAlgorithms curve25519-sha256
`;
  await writeFile(config, `${aliases.join('')}${all}`);
  return { publicKey: await readFile(`${key}.pub`, 'utf8'), config, knownHosts };
}
