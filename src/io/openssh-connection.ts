import type { Duplex } from 'node:stream';
import type { ConnectFailure, NodeConnection } from '../world.ts';
import { dialOver, makeBeyond } from './openssh-dial.ts';
import type { SshProcess } from './openssh-process.ts';
import { keptShell } from './openssh-shell.ts';

interface ConnectionRequest extends Pick<NodeConnection, 'name' | 'host' | 'address' | 'login'> {
  readonly ssh: SshProcess;
  readonly socket: string;
  readonly nonce: () => string;
}

/** One ssh, as long as it lives. */
export interface OpenConnection extends NodeConnection {
  /** Its ssh ended, and neither we nor a script that took too long ended it. */
  isLost(): boolean;
}

export type OpenOutcome = { readonly name: string; readonly connection: OpenConnection } | { readonly name: string; readonly failure: ConnectFailure };

/** A ready ssh as the rest of the program sees it. */
export function connectionOver({ ssh, socket, nonce, ...known }: ConnectionRequest): OpenConnection {
  const streams = new Set<Duplex>();
  const beyond = makeBeyond();
  const shell = keptShell(known.name, ssh, nonce);
  let ended = false;
  let closed = false;
  void ssh.ended.then(() => (ended = true));
  return {
    ...known,
    run: shell.run,
    isLost: () => ended && !closed && !shell.isLate(),
    dial(address) {
      const stream = dialOver({ socket, refusal: ssh.refusal, beyond }, address);
      streams.add(stream);
      return stream.once('close', () => streams.delete(stream));
    },
    async close() {
      closed = true;
      for (const stream of streams) stream.destroy();
      await ssh.close();
    },
  };
}
