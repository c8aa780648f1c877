import { Duplex } from 'node:stream';
import type { Address } from '../cluster/cluster.ts';
import { dialFailure } from '../shell/dial-failure.ts';
import { streamArguments } from '../shell/ssh-arguments.ts';
import type { Execa } from './openssh-process.ts';

export interface Master {
  readonly execa: Execa;
  readonly socket: string;
  /** The master's words about a stream it refused. */
  readonly refusal: () => Promise<string | undefined>;
}

/**
 * A TCP connection opened by the node's sshd, shaped like the net.Socket that pg, mysql2 and http expect. Its error
 * has Node's code where ssh's words allow it, else ESSH. Of streams refused at the same time the reasons may be swapped:
 * ssh does not say whose they are.
 */
export function dialOver({ execa, socket, refusal }: Master, address: Address): Duplex {
  const client = execa('ssh', streamArguments(socket, address), {
    reject: false, buffer: { stdout: false, stderr: true }, encoding: 'buffer', stdin: 'pipe', detached: true, cleanup: false,
  });
  client.stdin.on('error', () => {}); // EPIPE: the exit below tells why

  const stream = new Duplex({
    read: () => void client.stdout.resume(),
    write: (chunk, _, done) => void client.stdin.write(chunk, () => done()),
    final: (done) => void client.stdin.end(() => done()),
    // After ssh is gone: nothing is left running, and a TLS error is told before the close.
    destroy: (error, done) => {
      client.kill();
      client.stdout.resume(); // what nobody reads any more would hold up ssh's end
      void client.finally(() => done(error));
    },
  });
  client.stdout.on('data', (chunk: Buffer) => {
    if (!stream.destroyed && !stream.push(chunk)) client.stdout.pause();
  });
  void client.then(async ({ exitCode, stderr }) => {
    if (stream.destroyed) return;
    if (exitCode === 0) return void stream.push(null);
    const words = Buffer.from(stderr ?? '').toString().trim();
    const refused = words.includes('open refused by peer') ? await refusal() : undefined;
    const { code, message } = dialFailure(refused ?? (words || 'the ssh connection is gone'));
    stream.destroy(Object.assign(new Error(`${address.host}:${address.port}: ${message}`), { code }));
  });

  const noop = () => stream;
  return Object.assign(stream, {
    setNoDelay: noop, setKeepAlive: noop, setTimeout: noop, ref: noop, unref: noop,
    connect: () => {
      process.nextTick(() => stream.emit('connect'));
      return stream;
    },
  });
}
