import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { ExitCode } from '../../src/errors.ts';
import type { NodePlan } from '../../src/plan/plan.ts';
import type { PushNode } from '../../src/push/push-node.ts';
import type { StepContext } from '../../src/push/steps.ts';
import { roll } from '../../src/push/roll.ts';
import { exitCodeOf } from '../../src/push/rolled.ts';
import { fakeWorld } from '../fake-world.ts';

type Fault = 'killed' | 'keeps' | 'stop later' | 'dies' | 'dies always' | 'silent' | 'swap' | 'swap and link' | 'stop' | 'lost';

interface Scene {
  readonly faults?: Readonly<Record<string, Fault>>;
  readonly plans?: Readonly<Record<string, Partial<NodePlan>>>;
  /** Aborted when this node is started. */
  readonly interruptAt?: string;
  readonly context?: Partial<StepContext>;
  /** Hooks that fail, such as `beforeNode b`. */
  readonly failingHooks?: readonly string[];
  /** Answer to the question how a node lives, instead of what it does. */
  readonly lives?: Readonly<Record<string, (asked: number) => string>>;
  /** How often that question is asked before the node answers others. */
  readonly silentFor?: Readonly<Record<string, number>>;
}

const names = ['a', 'b', 'c'];

/** Three nodes that do as told; `events` is what happened to them, in order. */
async function play(kind: 'roll' | 'move', { faults = {}, plans = {}, interruptAt, context = {}, failingHooks, lives = {}, silentFor = {} }: Scene = {}) {
  const events: string[] = [];
  const words: string[] = [];
  const up = new Map(names.map((name) => [name, plans[name]?.running ?? true]));
  const files = new Map(names.map((name) => [name, 'old']));
  const asked = new Map<string, number>();
  const interrupt = new AbortController();
  const does = (name: string, script: string): { exitCode?: number; stdout?: string; stderr?: string } => {
    const fault = faults[name];
    if (script.includes('/proc/uptime') && lives[name] !== undefined) {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      return { stdout: lives[name](asked.get(name)!) };
    }
    const word = /systemctl --no-block start/.test(script) ? 'start' : /rmdir/.test(script) ? 'ended' : /systemctl stop/.test(script) ? 'stop' : /systemctl show/.test(script) ? 'show' : /journalctl/.test(script) ? 'log' : /cp -a -- "\$backup"/.test(script) ? 'restore' : /> .*pending/.test(script) ? 'swap' : 'settled';
    words.push(`${word} ${name}`);
    if (!['show', 'ended', 'settled', 'log'].includes(word)) events.push(`${word} ${name}`);
    switch (word) {
      case 'swap':
        if (fault === 'swap') return { exitCode: 21, stderr: '' };
        if (fault === 'swap and link') throw new Error(`${name}: the connection was lost`);
        files.set(name, 'new');
        return {};
      case 'restore':
        if (fault === 'swap and link') throw new Error(`${name}: the connection was lost`);
        if (fault === 'keeps') return { exitCode: 1, stderr: 'disk' };
        files.set(name, 'old');
        return {};
      case 'stop':
        if (fault === 'killed') return up.set(name, false) && { stdout: 'killed\n' };
        if (fault === 'stop later' && events.includes(`start ${name}`)) return { exitCode: 1, stderr: 'busy' };
        if (fault === 'stop') return { exitCode: 1, stderr: 'busy' };
        up.set(name, false);
        return {};
      case 'start':
        if (fault === 'lost') throw new Error(`${name}: the connection was lost`);
        if (name === interruptAt) interrupt.abort();
        up.set(name, !(fault === 'dies always' || (fault === 'dies' && files.get(name) === 'new')));
        return { stdout: '1700000000 0\n' };
      case 'show': return { stdout: up.get(name) ? 'ActiveState=active\nSubState=running\nNRestarts=0\n' : 'ActiveState=activating\nSubState=auto-restart\nNRestarts=1\nExecMainStatus=1\n' };
      case 'log': return { stdout: 'Started Grafana.\nError: ✗ pq: password authentication failed for user "grafana" hunter2pw\n' };
      case 'ended': case 'settled': return {};
    }
  };
  const world = fakeWorld({
    interrupt: interrupt.signal,
    nodes: Object.fromEntries(names.map((name) => [name, { run: (script: string) => does(name, script), dial: () => new Duplex({ read() {}, write() {} }) }])),
    request: ({ host }) => {
      const healthy = up.get(host) === true && faults[host] !== 'silent' && host !== interruptAt && (asked.get(host) ?? 0) >= (silentFor[host] ?? 0);
      return healthy ? Promise.resolve({ status: 200, headers: {}, body: '{"database": "ok"}' }) : Promise.reject(new Error('connection refused'));
    },
  });
  const outcomes = await world.connect(names.map((name) => ({ name, target: { text: name, host: name }, become: 'auto' })), { perHop: 8 });
  const nodes = outcomes.map((outcome): PushNode => {
    if (!('connection' in outcome)) throw new Error('not connected');
    const { name, connection } = outcome;
    return {
      name, connection, layout: { unit: 'grafana-server', statePath: '/state' },
      plan: { name, overridden: [], changes: [], files: [], action: 'restart', running: true, ...plans[name] },
      hook: { name, host: name, address: '' }, place: { id: 'id', statePath: '/state' }, logFile: '/log',
      files: [{ path: '/etc/grafana/grafana.ini', content: 'x', sha256: 'x', expectedSha256: 'y', place: { kind: 'config' } }],
      health: { address: { host: name, port: 3000 }, tls: false, path: '/api/health' },
    };
  });
  const runHook: StepContext['runHook'] = (hook, node, action) => {
    events.push(`${hook} ${node.name} ${action}`);
    return Promise.resolve(failingHooks?.includes(`${hook} ${node.name}`) ? { found: 'the hook failed', log: [] } : undefined);
  };
  const told: string[] = [];
  const began = world.clock.monotonic();
  const rolled = await roll({ kind, nodes, cluster: nodes }, {
    world, patience: 2, signal: interrupt.signal, secrets: [new Secret('hunter2pw')], tell: (node, doing) => void told.push(`${node} ${doing}`), ...(failingHooks === undefined ? {} : { runHook }), ...context,
  });
  return { rolled, events, words, told, seconds: (world.clock.monotonic() - began) / 1000, exitCode: exitCodeOf(rolled), states: rolled.nodes.map(({ state }) => state) };
}

describe('roll', () => {
  it('takes one node at a time', async () => {
    const { events, states, exitCode } = await play('roll');
    expect(events).toEqual(names.flatMap((name) => [`swap ${name}`, `stop ${name}`, `start ${name}`]));
    expect(states).toEqual(['healthy', 'healthy', 'healthy']);
    expect(exitCode).toBe(ExitCode.Done);
  });

  it('leaves a node alone that needs nothing', async () => {
    const { events, states } = await play('roll', { plans: { a: { action: 'none' }, c: { action: 'none' } } });
    expect(events).toEqual(['swap b', 'stop b', 'start b']);
    expect(states).toEqual(['untouched', 'healthy', 'untouched']);
  });

  it('gives a node that dies its old file back, tells why, and leaves the rest untouched', async () => {
    const { events, states, exitCode, rolled } = await play('roll', { faults: { b: 'dies' } });
    expect(events.slice(3)).toEqual(['swap b', 'stop b', 'start b', 'stop b', 'restore b', 'start b']);
    expect(states).toEqual(['healthy', 'restored', 'untouched']);
    expect(exitCode).toBe(ExitCode.EndedBadly);
    expect(rolled.nodes[1]!.failures).toMatchObject([{ explained: { id: 'postgres-password' }, log: ['Error: ✗ pq: password authentication failed for user "grafana" [secret]'] }]);
  });

  it.each<[Fault, string, ExitCode]>([['dies always', 'down', 4], ['silent', 'down', 4], ['swap', 'untouched', 3], ['swap and link', 'unknown', 4], ['lost', 'down', 4]])('ends with a node that %s: %s', async (fault, state, exitCode) => {
    const played = await play('roll', { faults: { a: fault } });
    expect(played.states).toEqual([state, 'untouched', 'untouched']);
    expect(played.exitCode).toBe(exitCode);
  });

  it('does not take the last healthy node', async () => {
    const { events, states, exitCode } = await play('roll', { faults: { b: 'silent', c: 'silent' } });
    expect(events).toEqual([]);
    expect(states[0]).toBe('untouched');
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
  });

  it('takes a node of a cluster that serves nobody: a push may be what mends it', async () => {
    const { events } = await play('roll', { faults: { a: 'silent', b: 'silent', c: 'silent' } });
    expect(events.slice(0, 3)).toEqual(['swap a', 'stop a', 'start a']);
  });

  it('gives systemd its own ways back whatever a start came to, and leaves what is not healthy to the next push', async () => {
    const { words } = await play('roll', { faults: { b: 'dies always' } });
    expect(words.filter((word) => /^(start|ended|settled)/.test(word))).toEqual(['start a', 'ended a', 'settled a', 'start b', 'ended b', 'start b', 'ended b']);
  });

  it('stops after Ctrl+C and says what was started', async () => {
    const { states, exitCode } = await play('roll', { interruptAt: 'b' });
    expect(states).toEqual(['healthy', 'started', 'untouched']);
    expect(exitCode).toBe(ExitCode.EndedBadly);
  });
});

describe('two starts at once', () => {
  const active = 'ActiveState=active\nSubState=running\nNRestarts=0\nActiveEnterTimestampMonotonic=1000000\nnow=900\n';

  it('do not happen when somebody else starts a node meanwhile', async () => {
    const { told, seconds, states } = await play('roll', { lives: { c: (asked) => (asked < 6 ? 'ActiveState=activating\nSubState=start\nNRestarts=0\nnow=900\n' : active) } });
    expect(told).toContain('a waits until c has started');
    expect(states).toEqual(['healthy', 'healthy', 'healthy']);
    expect(seconds).toBeGreaterThan(2);
  });

  it('do not happen either while systemd calls a node active that does not answer yet', async () => {
    const young = (asked: number): string => `ActiveState=active\nSubState=running\nNRestarts=0\nActiveEnterTimestampMonotonic=899000000\nnow=${900 + asked / 2}\n`;
    const { told, seconds, states } = await play('roll', { lives: { c: young }, silentFor: { c: 6 } });
    expect(told).toContain('a waits until c has started');
    expect(states).toEqual(['healthy', 'healthy', 'healthy']);
    expect(seconds).toBeGreaterThan(2);
    expect((await play('roll', { lives: { c: () => active }, silentFor: { c: 1_000 }, plans: { b: { action: 'none' }, c: { action: 'none' } } })).told).not.toContain('a waits until c has started');
  });

  it('are not waited for without end: one node may start over and over', async () => {
    const { seconds } = await play('roll', { plans: { b: { action: 'none' }, c: { action: 'none' } }, lives: { c: () => 'ActiveState=activating\nSubState=start\nNRestarts=9\nnow=900\n' } });
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThan(40);
  });

  it.each([['a roll', 'roll'], ['a move', 'move']] as const)('do not happen in %s while somebody migrates', async (_, kind) => {
    let looks = 0;
    const watchMigration: StepContext['watchMigration'] = () => ({ look: () => Promise.resolve({ performed: 40, locked: ++looks < 5 }), [Symbol.asyncDispose]: () => Promise.resolve() });
    const { told, states } = await play(kind, { context: { watchMigration } });
    expect(told).toContain('a waits for a migration, 40 done');
    expect(states).toEqual(['healthy', 'healthy', 'healthy']);
  });

  it('are far apart when systemd had to start a node again: its notification log is poor for a minute', async () => {
    const crashed = (asked: number): string => `ActiveState=active\nSubState=running\nNRestarts=1\nActiveEnterTimestampMonotonic=880000000\nnow=${900 + asked / 2}\n`;
    const mesh = { mode: 'gossip', strangers: false, changing: false } as const;
    expect((await play('roll', { lives: { c: crashed }, plans: { b: { action: 'none' }, c: { action: 'none' } }, context: { mesh } })).seconds).toBeGreaterThan(35);
    expect((await play('roll', { lives: { c: crashed }, plans: { b: { action: 'none' }, c: { action: 'none' } } })).seconds).toBeLessThan(5);
  });

  it('and after a node that was killed instead of stopped', async () => {
    const mesh = { mode: 'gossip', strangers: false, changing: false } as const;
    const killed = await play('roll', { faults: { b: 'killed' }, context: { mesh } });
    expect(killed.seconds).toBeGreaterThan(60);
    expect(killed.seconds).toBeLessThan(80);
    expect((await play('roll', { faults: { c: 'killed' }, context: { mesh } })).seconds).toBeLessThan(20);
  });
});

describe('hooks', () => {
  it('come around each node that is taken', async () => {
    const { events } = await play('roll', { failingHooks: [], plans: { b: { action: 'none' }, c: { action: 'start', running: false } } });
    expect(events).toEqual(['beforeNode a restart', 'swap a', 'stop a', 'start a', 'afterNode a restart', 'beforeNode c start', 'swap c', 'stop c', 'start c', 'afterNode c start']);
  });

  it.each([
    ['before the first node: nothing was changed', 'beforeNode a', ['untouched', 'untouched', 'untouched'], 3, ['beforeNode a restart']],
    ['before the second: the first keeps what is new', 'beforeNode b', ['healthy', 'untouched', 'untouched'], 4, ['afterNode a restart', 'beforeNode b restart']],
    ['after the first: it is healthy, and the others are left', 'afterNode a', ['healthy', 'untouched', 'untouched'], 4, ['start a', 'afterNode a restart']],
  ] as const)('that fail stop the roll, %s', async (_, hook, left, code, last) => {
    const { events, states, exitCode } = await play('roll', { failingHooks: [hook] });
    expect(states).toEqual(left);
    expect(exitCode).toBe(code);
    expect(events.slice(-last.length)).toEqual(last);
  });

  it('of a node that got its old file back run, of one that is down do not', async () => {
    expect((await play('roll', { failingHooks: [], faults: { a: 'dies' } })).events.at(-1)).toBe('afterNode a restart');
    expect((await play('roll', { failingHooks: [], faults: { a: 'dies always' } })).events.filter((event) => event.startsWith('afterNode'))).toEqual([]);
  });

  it('of a move run for all before the first stops, and what they took out comes back when one fails', async () => {
    const { events, states, exitCode } = await play('move', { failingHooks: ['beforeNode b'] });
    expect(events).toEqual(['beforeNode a restart', 'beforeNode b restart', 'afterNode a rollback']);
    expect(states).toEqual(['untouched', 'untouched', 'untouched']);
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
    expect((await play('move', { failingHooks: [] })).events.slice(0, 3)).toEqual(['beforeNode a restart', 'beforeNode b restart', 'beforeNode c restart']);
  });

  it('that should make a backup before tables change: nothing is changed without it', async () => {
    const { events, states, exitCode } = await play('roll', { failingHooks: ['beforeMigration a'], context: { migrates: true } });
    expect(events).toEqual(['beforeMigration a restart']);
    expect(states).toEqual(['untouched', 'untouched', 'untouched']);
    expect(exitCode).toBe(ExitCode.NotAsItShouldBe);
    expect((await play('roll', { failingHooks: [], context: { migrates: true } })).events.slice(0, 2)).toEqual(['beforeMigration a restart', 'beforeNode a restart']);
  });
});

describe('rollback-all', () => {
  const context = { onFailure: 'rollback-all' } as const;

  it('gives the nodes before the one that failed their old files back, the last one first', async () => {
    const { events, states, exitCode } = await play('roll', { faults: { c: 'dies' }, context });
    expect(events.slice(-6)).toEqual(['stop b', 'restore b', 'start b', 'stop a', 'restore a', 'start a']);
    expect(states).toEqual(['restored', 'restored', 'restored']);
    expect(exitCode).toBe(ExitCode.EndedBadly);
  });

  it('stops where a node does not get its old files back', async () => {
    const { states, exitCode } = await play('roll', { faults: { c: 'dies', b: 'keeps' }, context });
    expect(states).toEqual(['healthy', 'unknown', 'restored']);
    expect(exitCode).toBe(ExitCode.EndedBadly);
  });

  it('of a move stops all before the first starts on what was before', async () => {
    const { events, states } = await play('move', { faults: { b: 'dies' }, context });
    const back = events.slice(events.indexOf('start b') + 1);
    expect(back.slice(0, 4).toSorted()).toEqual(['stop a', 'stop b', 'stop b', 'stop c']);
    expect(back.slice(4)).toEqual(['restore a', 'start a', 'restore b', 'start b', 'restore c', 'start c']);
    expect(states).toEqual(['restored', 'restored', 'restored']);
  });

  it('of a move starts nobody on what was before while one may run on what is new', async () => {
    const { events, states, rolled } = await play('move', { faults: { b: 'dies', a: 'stop later' }, context });
    expect(events.filter((event) => event.startsWith('restore'))).toEqual([]);
    expect(events.filter((event) => event.startsWith('start'))).toEqual(['start a', 'start b']);
    expect(states).toEqual(['unknown', 'stopped', 'stopped']);
    expect(rolled.nodes[2]!.failures[0]!.found).toMatch(/a may run on what is new/);
  });
});

describe('move', () => {
  it('stops all and swaps all before the founder starts alone', async () => {
    const { events, states } = await play('move');
    expect(events.slice(0, 3).toSorted()).toEqual(['stop a', 'stop b', 'stop c']);
    expect(events.slice(3, 6).toSorted()).toEqual(['swap a', 'swap b', 'swap c']);
    expect(events.slice(6)).toEqual(['start a', 'start b', 'start c']);
    expect(states).toEqual(['healthy', 'healthy', 'healthy']);
  });

  it('brings everything back when the founder dies, those that ran running', async () => {
    const { events, states, exitCode } = await play('move', { faults: { a: 'dies' }, plans: { c: { running: false } } });
    expect(events.slice(-5)).toEqual(['restore a', 'start a', 'restore b', 'start b', 'restore c']);
    expect(states).toEqual(['restored', 'restored', 'restored']);
    expect(exitCode).toBe(ExitCode.EndedBadly);
  });

  it('leaves a later node that dies stopped and starts the others', async () => {
    const { events, states, exitCode } = await play('move', { faults: { b: 'dies' } });
    expect(events.slice(6)).toEqual(['start a', 'start b', 'stop b', 'start c']);
    expect(states).toEqual(['healthy', 'stopped', 'healthy']);
    expect(exitCode).toBe(ExitCode.EndedBadly);
  });

  it.each<Fault>(['swap', 'stop'])('brings everything back when a node cannot %s', async (fault) => {
    const { events, states } = await play('move', { faults: { b: fault } });
    expect(events.filter((event) => event.startsWith('start'))).toEqual(['start a', 'start b', 'start c']);
    expect(states).toEqual(['restored', 'restored', 'restored']);
  });
});
