import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileWords, run, soundFile } from './bad-input-lab.ts';
import { badNodes } from './bad-input-nodes.ts';
import { badWords } from './bad-input-words.ts';
import { startRefusal } from './refuses-bad-input.ts';

describe('bad input', () => {
  const { scene, refuses } = startRefusal();

  it.each(badWords)('$title', (one) => refuses(one, false));
  it.each(badNodes)('$title', (one) => refuses(one, true));

  it.each([['Windows line endings', (sound: string) => sound.replaceAll('\n', '\r\n')], ['a byte order mark', (sound: string) => `\uFEFF${sound}`]])('is not what a cluster file with %s is', async (_, change) => {
    writeFileSync(scene().path('grafana-ha.ini'), change(soundFile(scene())));
    expect(await run(scene(), fileWords(scene(), 'validate', '--only', 'cluster.*,node.ssh'))).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('shows the stack only when --verbose asks for it', async () => {
    const { stderr } = await run(scene(), ['validate', '--verbose']);
    expect(stderr).toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  });
});
