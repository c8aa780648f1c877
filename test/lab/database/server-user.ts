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

/** The wanted port when it is free on the address, else any free one; any on 127.0.0.1, where others look for one at the same moment. */
export async function freePort(address: string, wanted: number): Promise<number> {
  const first = address === '127.0.0.1' && wanted < 10_000 ? 0 : wanted;
  return (await bind(address, first)) ?? (await bind(address, 0)) ?? wanted;
}

/** Whether nobody listens there. */
export async function isFree(address: string, port: number): Promise<boolean> {
  return (await bind(address, port)) !== undefined;
}

/** Listens for a moment; undefined: somebody else does. */
function bind(address: string, wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(wanted, address, () => {
      const bound = server.address();
      server.close(() => resolve(bound !== null && typeof bound === 'object' ? bound.port : undefined));
    });
  });
}
