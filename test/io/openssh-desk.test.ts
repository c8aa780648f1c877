import { expect, it } from 'vitest';
import { openDesk } from '../../src/io/openssh-desk.ts';
import type { HostKeyQuestion } from '../../src/shell/ssh-question.ts';
import { fakeWorld } from '../fake-world.ts';

const key = (host: string): HostKeyQuestion => ({ kind: 'host-key', host, type: 'ED25519', fingerprint: `SHA256:${host}`, answer: 'yes' });

it('unknown host keys are listed in the order of the nodes, whichever host asked first', async () => {
  const { prompt, screen, noted } = fakeWorld({ answers: [true] });
  const desk = openDesk({ prompt, screen, memory: { hostKeys: new Set(), passphrases: new Map(), sudoPasswords: new Map() } });
  for (const _ of ['graf-a', 'graf-b', 'graf-c']) desk.enter();
  const trusted = Promise.all([desk.hostKey(key('graf-c'), 2), desk.hostKey(key('graf-a'), 0), desk.hostKey(key('graf-b'), 1)]);
  expect(await trusted).toEqual([true, true, true]);
  expect(noted[0]?.match(/graf-./g)?.filter((name, index, all) => all.indexOf(name) === index)).toEqual(['graf-a', 'graf-b', 'graf-c']);
});
