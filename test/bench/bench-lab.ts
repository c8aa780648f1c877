import { readFileSync, writeFileSync } from 'node:fs';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';

/** Hosts with an sshd each, all on this machine, and logins as everybody's ssh makes them: the lab's own spare themselves the dearest part, the key exchange. */
export async function startBenchLab(hosts: number): Promise<Lab> {
  const lab = await startLab({ strength: 'loopback', hosts, databases: ['postgres'], grafana: 'stand-in' });
  writeFileSync(lab.sshConfig, readFileSync(lab.sshConfig, 'utf8').replace(/^ *KexAlgorithms .*\n/m, ''));
  return lab;
}
