import { createServer } from 'node:net';
import { answerOf, run } from '../run.ts';

/** As root: the ids of `preferred`, or of nobody, who gets the folder; otherwise nothing, the server runs as you. */
export async function serverUser(preferred: string, folder: string): Promise<{ readonly uid?: number; readonly gid?: number }> {
  if (process.getuid!() !== 0) return {};
  const found = (await answerOf(['getent', 'passwd', preferred])).stdout || (await run(['getent', 'passwd', 'nobody']));
  const [, , uid, gid] = found.split(':');
  await run(['find', folder, '-xdev', '-exec', 'chown', `${uid}:${gid}`, '{}', '+']);
  return { uid: Number(uid), gid: Number(gid) };
}

/** The wanted port when it is free on the address, else any free one. */
export function freePort(address: string, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' && wanted !== 0 ? resolve(freePort(address, 0)) : reject(error)));
    server.listen(wanted, address, () => {
      const bound = server.address();
      server.close(() => (bound !== null && typeof bound === 'object' ? resolve(bound.port) : reject(new Error('no port'))));
    });
  });
}
