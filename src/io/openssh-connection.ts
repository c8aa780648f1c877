import type { Duplex } from 'node:stream';
import type { NodeConnection } from '../world.ts';
import { dialOver } from './openssh-dial.ts';
import type { Execa, SshProcess } from './openssh-process.ts';
import { keptShell } from './openssh-shell.ts';

interface ConnectionRequest {
  readonly name: string;
  readonly login: NodeConnection['login'];
  readonly ssh: SshProcess;
  readonly execa: Execa;
  readonly socket: string;
  readonly nonce: () => string;
}

/** A ready ssh as the rest of the program sees it. */
export function connectionOver({ name, login, ssh, execa, socket, nonce }: ConnectionRequest): NodeConnection {
  const streams = new Set<Duplex>();
  return {
    name,
    login,
    run: keptShell(name, ssh, nonce),
    dial(address) {
      const stream = dialOver({ execa, socket, refusal: ssh.refusal }, address);
      streams.add(stream);
      return stream.once('close', () => streams.delete(stream));
    },
    async close() {
      for (const stream of streams) stream.destroy();
      await ssh.close();
    },
  };
}
