import { describe, expect, it } from 'vitest';
import { fakeWorld } from './fake-world.ts';

describe('the fake world', () => {
  it.fails('fails a test whose code swallows a call that was not programmed', async () => {
    await fakeWorld().local.lookup('grafana.example.com').catch(() => undefined);
  });

  it('keeps what was printed, written and asked', async () => {
    const world = fakeWorld({ answers: ['prod', undefined] });
    world.screen.print('hello');
    await world.files.write('/work/a', 'text', { mode: 0o600 });
    expect(await world.prompt.text({ message: 'Name?' })).toBe('prod');
    expect(await world.prompt.confirm({ message: 'Sure?', default: true })).toBeUndefined();
    expect(world.printed).toEqual(['hello']);
    expect(world.fileMap.get('/work/a')).toEqual({ content: 'text', mode: 0o600 });
    expect(world.questions).toEqual(['Name?', 'Sure?']);
  });
});
