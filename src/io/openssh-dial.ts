import { Duplex, type Writable } from 'node:stream';
import type { Address } from '../cluster/cluster.ts';
import { dialFailure, isForbidden, relayFailure } from '../shell/dial-failure.ts';
import { framedRelay, relayCommand, relayReader } from '../shell/relay-script.ts';
import { commandArguments, streamArguments } from '../shell/ssh-arguments.ts';
import { closed } from './as-socket.ts';
import { heard, type SshChild, startChild } from './openssh-child.ts';
import { makePlaces } from './openssh-limits.ts';

export interface Master {
  readonly socket: string;
  /** The master's words about a stream it refused. */
  readonly refusal: () => Promise<string | undefined>;
  /** What is known of the way to addresses beyond the node. */
  readonly beyond: Beyond;
}

/** Shared by all streams of a master. */
export interface Beyond {
  /** Its sshd has said that it forwards nothing: relays in its shell do. */
  forbidden: boolean;
  readonly takePlace: () => Promise<() => void>;
}

// sshd's default MaxSessions is 10; the kept shell is one of them.
const relaysAtOnce = 8;
// More than fits between us and ssh: once so much was taken, the stream is open.
const unheardBytes = 1_000_000;

export function makeBeyond(): Beyond {
  const takePlace = makePlaces(relaysAtOnce);
  return { forbidden: false, takePlace: () => takePlace('') };
}

/**
 * A TCP connection opened by the node's sshd, or by the node's shell where sshd may not, shaped like the net.Socket that
 * pg, mysql2 and http expect. Its error has Node's code where the words allow it, else ESSH. Of streams refused at the
 * same time the reasons may be swapped: ssh does not say whose they are.
 */
export function dialOver({ socket, refusal, beyond }: Master, address: Address): Duplex {
  let client: SshChild | undefined;
  /** What a relay would have to say again; undefined once somebody has heard it. */
  let unheard: Buffer[] | undefined = [];
  let written = 0;
  let ended = false;

  const stream = new Duplex({
    read: () => void client?.stdout.resume(),
    write: (chunk: Buffer, _, done) => {
      unheard?.push(chunk);
      if (client === undefined) return done();
      client.stdin.write(chunk, (failure) => {
        written += chunk.length;
        if (!failure && written > unheardBytes) unheard = undefined;
        done();
      });
    },
    final: (done) => {
      ended = true;
      if (client === undefined) return done();
      endOf(client.stdin, done);
    },
    // After ssh is gone: nothing is left running, and a TLS error is told before the close.
    destroy: (error, done) => {
      if (client === undefined) return done(error);
      client.kill();
      client.stdout.resume(); // what nobody reads any more would hold up ssh's end
      void client.ended.then(() => done(error));
    },
  });

  function carry(words: readonly string[], first: readonly Buffer[], failed: (said: string) => Promise<void> | void, over = () => {}, read = (chunk: Buffer) => chunk): void {
    const next = (client = startChild(words));
    const lastWords = heard(next.stderr);
    if (first.length > 0) next.stdin.write(Buffer.concat(first));
    if (ended) next.stdin.end();
    next.stdout.on('data', (chunk: Buffer) => {
      unheard = undefined;
      const carried = read(chunk);
      if (carried.length > 0 && !stream.destroyed && !stream.push(carried)) next.stdout.pause();
    });
    void next.ended.then(async ({ exitCode }) => {
      over();
      if (stream.destroyed) return;
      if (exitCode === 0) return void stream.push(null);
      await failed(lastWords().trim());
    });
  }

  function fail({ code, message }: ReturnType<typeof dialFailure>): void {
    stream.destroy(Object.assign(new Error(`${address.host}:${address.port}: ${message}`), { code }));
  }

  async function relay(): Promise<void> {
    client = undefined;
    const free = await beyond.takePlace();
    if (stream.destroyed) return free();
    carry(commandArguments(socket, relayCommand), [framedRelay(address), ...(unheard ?? [])], async (said) => {
      if (said.includes('open refused by peer')) await refusal();
      fail(said.includes('Control socket') ? dialFailure(said) : relayFailure(said));
    }, free, relayReader());
    unheard = undefined;
  }

  if (beyond.forbidden) void relay();
  else {
    carry(streamArguments(socket, address), [], async (said) => {
      const refused = said.includes('open refused by peer') ? await refusal() : undefined;
      if (stream.destroyed) return;
      if (refused === undefined || !isForbidden(refused) || unheard === undefined) return fail(dialFailure(refused ?? (said || 'the ssh connection is gone')));
      beyond.forbidden = true;
      await relay();
    });
  }

  return likeSocket(stream);
}

/** The stream that is dialled once there is a connection to dial over; its error is why there is none, or the dialled one's own. */
export function dialLater(opening: Promise<Duplex>): Duplex {
  let dialled: Duplex | undefined;
  const whenDialled = (use: (one: Duplex) => unknown) => void opening.then(use, () => {});
  const stream = new Duplex({
    read: () => void dialled?.resume(),
    write: (chunk: Buffer, _, done) => whenDialled((one) => one.write(chunk, done)),
    final: (done) => whenDialled((one) => endOf(one, done)),
    destroy: (error, done) => void (dialled === undefined ? Promise.resolve() : closed(dialled)).then(() => done(error)),
  });
  opening.then((one) => {
    dialled = one;
    if (stream.destroyed) return void one.destroy();
    one.on('data', (chunk: Buffer) => void (!stream.destroyed && !stream.push(chunk) && one.pause()));
    one.once('end', () => stream.push(null)).once('error', (error) => stream.destroy(error));
  }, (error: Error) => stream.destroy(error));
  return likeSocket(stream);
}

/** Ends a stream; Node does not call back an `end` that comes after the close (20.20: Writable.prototype.end). */
function endOf(stream: Writable, done: () => void): void {
  if (stream.closed) return done();
  let isOver = false;
  const over = (): void => {
    if (!isOver) done();
    isOver = true;
  };
  stream.once('close', over).end(over);
}

function likeSocket(stream: Duplex): Duplex {
  const noop = () => stream;
  return Object.assign(stream, {
    setNoDelay: noop, setKeepAlive: noop, setTimeout: noop, ref: noop, unref: noop,
    connect: () => {
      process.nextTick(() => stream.emit('connect'));
      return stream;
    },
  });
}
