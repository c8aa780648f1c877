import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ClusterNode } from '../../src/push/cluster-node.ts';
import { isMeshWhole, waitMesh } from '../../src/push/wait-mesh.ts';
import type { MeshOptions } from '../../src/push/wait-mesh.ts';
import { fakeWorld } from '../fake-world.ts';
import type { FakeWorld } from '../fake-world.ts';

interface Scene {
  /** What a node's /metrics says after so many seconds; a number is a status. Absent or nothing: it does not run. */
  readonly metrics: Readonly<Record<string, (seconds: number) => string | number | undefined>>;
  readonly options?: Partial<MeshOptions>;
  readonly abortAt?: number;
}

/** `members` with pings that grow, unless they `stand`. */
const says = (members: number, { stand = false } = {}) => (seconds: number): string => [
  `alertmanager_cluster_members ${members}`, 'alertmanager_cluster_peer_info{peer="own"} 1',
  ...Array.from({ length: members - 1 }, (_, index) => `alertmanager_cluster_pings_seconds_count{peer="p${index}"} ${stand ? 5 : 5 + Math.floor(seconds / 2)}`), '',
].join('\n');

async function scene({ metrics, options, abortAt = Infinity }: Scene) {
  const names = ['a', 'b', 'c'];
  const abort = new AbortController();
  let began: number | undefined;
  const world: FakeWorld = fakeWorld({
    nodes: Object.fromEntries(names.map((name) => [name, { dial: () => new Duplex({ read() {}, write() {} }) }])),
    request: ({ host, path }) => {
      const seconds = (world.clock.monotonic() - (began ?? 0)) / 1000;
      if (seconds >= abortAt) abort.abort();
      const answer = metrics[host]?.(seconds);
      if (answer === undefined) return Promise.reject(new Error('connection refused'));
      if (path === '/sub/api/health') return Promise.resolve({ status: 200, headers: {}, body: '{"database": "ok"}' });
      expect(path).toBe('/sub/metrics');
      return Promise.resolve({ status: typeof answer === 'number' ? answer : 200, headers: {}, body: String(answer) });
    },
  });
  const cluster = (await world.connect(names.map((name) => ({ name, target: { text: name, host: name }, become: 'auto' })), { perHop: 8 })).map((outcome): ClusterNode => {
    if (!('connection' in outcome)) throw new Error('not connected');
    return { name: outcome.name, connection: outcome.connection, layout: { unit: 'g', statePath: '/s' }, health: { address: { host: outcome.name, port: 3000 }, tls: false, path: '/sub/api/health' } };
  });
  began = world.clock.monotonic();
  const look = () => waitMesh(cluster[0]!, cluster, { mode: 'gossip', strangers: false, changing: false, ...options }, { world, signal: abort.signal });
  return { cluster, world, look, seconds: () => Math.round((world.clock.monotonic() - began!) / 1000) };
}

async function wait(given: Scene) {
  const { look, seconds } = await scene(given);
  return { view: await look(), seconds: seconds() };
}

describe('the mesh that a push waits for', () => {
  it('is whole once all that run count each other, no longer change their mind, and pings are answered', async () => {
    expect(await wait({ metrics: { a: says(3), b: says(3), c: says(3) } })).toEqual({ view: { kind: 'seen', sees: 3, of: 3, whole: true }, seconds: 3 });
  });

  it('of a node that runs alone is whole at once', async () => {
    expect(await wait({ metrics: { a: says(1) } })).toEqual({ view: { kind: 'seen', sees: 1, of: 1, whole: true }, seconds: 0 });
  });

  it('is waited for while members come and go', async () => {
    const flaps = (seconds: number): string => says(seconds < 8 ? 4 : 3)(seconds);
    expect(await wait({ metrics: { a: flaps, b: flaps, c: flaps } })).toMatchObject({ view: { whole: true, sees: 3 }, seconds: 11 });
  });

  it('without pings is told: TCP alone keeps every other figure green', async () => {
    const stands = says(3, { stand: true });
    expect(await wait({ metrics: { a: stands, b: stands, c: stands } })).toMatchObject({ view: { whole: true, remark: expect.stringContaining('UDP') as string }, seconds: 25 });
  });

  it('is that of the nodes that still run when somebody stops one meanwhile, and starts it again', async () => {
    const left = (seconds: number): string => says(seconds < 2 ? 3 : 2)(seconds);
    expect(await wait({ metrics: { a: left, b: left, c: (seconds) => (seconds < 1 ? says(3)(seconds) : undefined) } })).toMatchObject({ view: { whole: true, sees: 2, of: 2 }, seconds: 5 });
    const away = (seconds: number): string => says(seconds > 2 && seconds < 8 ? 2 : 3)(seconds);
    const back = (seconds: number): string | undefined => (seconds > 1 && seconds < 4 ? undefined : says(seconds < 8 ? 1 : 3)(seconds));
    expect(await wait({ metrics: { a: away, b: away, c: back } })).toMatchObject({ view: { whole: true, sees: 3, of: 3 }, seconds: 11 });
  });

  it('that does not come together is waited for a minute', async () => {
    expect(await wait({ metrics: { a: says(2), b: says(3), c: says(3) } })).toMatchObject({ view: { kind: 'seen', sees: 2, of: 3, whole: false }, seconds: 60 });
  });

  it('is not waited for that long while what the nodes know of each other changes', async () => {
    expect(await wait({ metrics: { a: says(1), b: says(2), c: says(2) }, options: { changing: true } })).toMatchObject({ view: { sees: 1, of: 3, whole: false }, seconds: 10 });
  });

  it('does not count on nodes that gossip with nobody yet, and says that they are missing', async () => {
    expect(await wait({ metrics: { a: says(2), b: says(2), c: () => 'go_goroutines 1\n' } })).toMatchObject({ view: { sees: 2, of: 3, whole: false }, seconds: 3 });
  });

  it('may have a member that nobody can ask', async () => {
    expect(await wait({ metrics: { a: says(3), b: says(3) }, options: { strangers: true } })).toMatchObject({ view: { sees: 3, of: 3, whole: true } });
  });

  it('over Redis has one to ping', async () => {
    const text = (seconds: number): string => `alertmanager_cluster_members 3\nalertmanager_cluster_pings_seconds_count{peer="redis-server"} ${Math.floor(seconds)}\n`;
    expect(await wait({ metrics: { a: text, b: text, c: text }, options: { mode: 'redis' } })).toMatchObject({ view: { whole: true }, seconds: 3 });
  });

  it.each([
    ['want a login', (): number => 401, /want a login/],
    ['are off', (): number => 302, /no metrics/],
    ['say nothing of a mesh', (): string => 'go_goroutines 1\n', /nothing of other nodes/],
  ] as const)('is not judged where metrics %s', async (_: string, a: () => string | number, remark: RegExp) => {
    const { view, seconds } = await wait({ metrics: { a, b: says(3), c: says(3) } });
    expect(view).toEqual({ kind: 'unseen', remark: expect.stringMatching(remark) as string });
    expect(seconds).toBeLessThanOrEqual(1);
  });

  it('is not waited for where it was never seen', async () => {
    expect((await wait({ metrics: { a: () => 'go_goroutines 1\n' }, options: { unseen: true } })).seconds).toBe(0);
  });

  it('is no longer waited for after Ctrl+C', async () => {
    expect((await wait({ metrics: { a: says(1), b: says(3), c: says(3) }, abortAt: 5 })).seconds).toBeLessThanOrEqual(6);
  });

  it.each([
    ['whole', { a: says(3), b: says(3), c: says(3) }, true],
    ['torn', { a: says(2), b: says(3), c: says(3) }, false],
    ['not there', { a: () => 'x 1\n', b: () => 'x 1\n' }, undefined],
    ['not there on one node', { a: says(1), b: () => 'x 1\n' }, false],
  ] as const)('is %s at one look', async (_, metrics, whole) => {
    const { cluster, world } = await scene({ metrics });
    expect(await isMeshWhole(cluster, world)).toBe(whole);
  });
});
