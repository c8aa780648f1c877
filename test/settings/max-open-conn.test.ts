import { describe, expect, it } from 'vitest';
import type { ConnectionLimits } from '../../src/facts/database.ts';
import { effectiveConfig } from '../../src/grafana/effective-config.ts';
import { budgetOf, poolsOf, safeMaxOpenConn } from '../../src/settings/connection-budget.ts';
import { maxOpenConnOf } from '../../src/settings/max-open-conn.ts';
import { sampleCluster, sampleFacts, samplePath } from '../sample.ts';

describe('the room for connections', () => {
  it.each<[ConnectionLimits, number, string]>([
    [{ max: 100, reserved: 3 }, 97, '97 (max_connections 100 − 3 kept back)'],
    [{ max: 151, reserved: 0 }, 151, '151 (max_connections)'],
    [{ max: 100, reserved: 3, ofRole: 30 }, 30, '30 (limit of the user)'],
    [{ max: 100, reserved: 3, ofRole: 30, ofDatabase: 20 }, 20, '20 (limit of the database)'],
  ])('of %o is %i', (limits, available, words) => {
    expect(budgetOf(limits)).toEqual({ available, words });
  });

  it.each([['9.4.0', 1], ['11.3.9', 1], ['11.4.0', 2], ['12.2.0-pre', 2], ['', 2]])('of Grafana %s has %i pools', (version, pools) => {
    expect(poolsOf(version)).toBe(pools);
  });

  it.each<[number, number, number, number | undefined]>([
    [97, 3, 2, 12],
    [405, 3, 2, 50],
    [5000, 2, 2, 100],
    [30, 3, 2, 5],
    [29, 3, 2, undefined],
  ])('of %i connections for %i nodes with %i pools gives each %s', (available, nodes, pools, expected) => {
    expect(safeMaxOpenConn({ available, words: '' }, nodes, pools)).toBe(expected);
  });
});

describe('max_open_conn', () => {
  const facts = (connections?: ConnectionLimits) => {
    const sample = sampleFacts();
    const server = { ...samplePath().server!, ...(connections === undefined ? {} : { connections }) };
    return { ...sample, nodes: sample.nodes.map((entry) => ({ ...entry, database: { ok: true as const, facts: samplePath({ server }) } })) };
  };
  const present = (text: string) => {
    const reading = effectiveConfig({ defaults: '[database]\ntype = sqlite3\nmax_open_conn =\n', custom: text, arguments: [], environment: [], readFile: () => undefined, hostName: '' });
    return reading.ok ? reading.config : undefined;
  };
  const on = '[database]\ntype = postgres\nhost = db.example.com:5432\nname = grafana\n';
  const room = { max: 100, reserved: 3 };

  it.each<[string, ConnectionLimits | undefined, string, number | undefined]>([
    ['is computed for a node that is not on the database yet', room, '', 16],
    ['is left alone where the server did not say what it allows', undefined, '', undefined],
    ['stays what a node has, where it fits', room, `${on}max_open_conn = 24\n`, 24],
    ['stays what was computed, so that the next push is empty', room, `${on}max_open_conn = 16\n`, 16],
    ['is computed where what a node has does not fit', room, `${on}max_open_conn = 25\n`, 16],
    ['is computed where a node has one, with which migrations wait for ever', room, `${on}max_open_conn = 1\n`, 16],
    ['is not put on a node that works without', room, on, undefined],
    ['is nothing where not even the least fits', { max: 12, reserved: 3 }, '', undefined],
  ])('%s', (_, connections, text, expected) => {
    expect(maxOpenConnOf(sampleCluster(), facts(connections), '12.2.0', present(text))).toBe(expected);
  });

  it('is what the cluster file says', () => {
    const cluster = sampleCluster({ database: { ...sampleCluster().database, maxOpenConn: 40 } });
    expect(maxOpenConnOf(cluster, facts(room), '12.2.0', present(on))).toBe(40);
  });
});
