import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { ExitCode } from '../../src/errors.ts';
import type { NodePlan } from '../../src/plan/plan.ts';
import type { PushNode } from '../../src/push/push-node.ts';
import { roll } from '../../src/push/roll.ts';
import { exitCodeOf } from '../../src/push/rolled.ts';
import { fakeWorld } from '../fake-world.ts';

type Fault = 'dies' | 'dies always' | 'silent' | 'swap' | 'swap and link' | 'stop' | 'lost';

interface Scene {
  readonly faults?: Readonly<Record<string, Fault>>;
  readonly plans?: Readonly<Record<string, Partial<NodePlan>>>;
  /** Aborted when this node is started. */
  readonly interruptAt?: string;
}

const names = ['a', 'b', 'c'];

/** Three nodes that do as told; `events` is what happened to them, in order. */
async function play(kind: 'roll' | 'move', { faults = {}, plans = {}, interruptAt }: Scene = {}) {
  const events: string[] = [];
  const words: string[] = [];
  const up = new Map(names.map((name) => [name, plans[name]?.running ?? true]));
  const files = new Map(names.map((name) => [name, 'old']));
  const interrupt = new AbortController();
  const does = (name: string, script: string): { exitCode?: number; stdout?: string; stderr?: string } => {
    const fault = faults[name];
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
        files.set(name, 'old');
        return {};
      case 'stop':
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
      const healthy = up.get(host) === true && faults[host] !== 'silent' && host !== interruptAt;
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
      hook: { name, host: name, address: '' }, place: { id: 'id', statePath: '/state' }, payload: Buffer.from(''), logFile: '/log',
      files: [{ path: '/etc/grafana/grafana.ini', bytes: 1, sha256: 'x', expectedSha256: 'y', place: { kind: 'config' } }],
      health: { address: { host: name, port: 3000 }, tls: false, path: '/api/health' },
    };
  });
  const rolled = await roll({ kind, nodes, cluster: nodes }, { world, patience: 2, signal: interrupt.signal, secrets: [new Secret('hunter2pw')], tell: () => {} });
  return { rolled, events, words, exitCode: exitCodeOf(rolled), states: rolled.nodes.map(({ state }) => state) };
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
