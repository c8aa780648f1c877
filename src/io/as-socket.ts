import type { Duplex } from 'node:stream';

/** An open stream, as the net.Socket that pg and mysql2 expect: the route is ours, `serverName` only names the far end. */
export function asSocket(stream: Duplex, serverName: string): Duplex {
  const itself = (): Duplex => stream;
  const missing = Object.entries({ setNoDelay: itself, setKeepAlive: itself, ref: itself, unref: itself })
    .filter(([name]) => !(name in stream));
  return Object.assign(stream, Object.fromEntries(missing), {
    // pg connects by itself; a dialled stream takes bytes from the first moment and queues them.
    connect: () => {
      queueMicrotask(() => stream.emit('connect'));
      return stream;
    },
    // tls compares the certificate with this where no SNI may be sent, that is for IP addresses (node: lib/_tls_wrap.js).
    _host: serverName,
  });
}

/** Destroys a stream and resolves when it is gone, so that nothing of it outlives us. */
export function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve();
    stream.once('close', resolve);
    stream.on('error', () => {});
    stream.destroy();
  });
}
