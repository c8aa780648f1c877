import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openTerminal, type Terminal } from './terminal.ts';

const open: Terminal[] = [];
const root = join(import.meta.dirname, '..', '..');

function ask(kind: string): Terminal {
  const terminal = openTerminal([join(root, 'node_modules/.bin/tsx'), join(import.meta.dirname, 'prompt-questions.ts'), kind]);
  open.push(terminal);
  return terminal;
}

afterEach(() => open.splice(0).forEach((terminal) => terminal.kill()));

const first: Readonly<Record<string, string>> = {
  text: 'URL people', prefilled: 'Cluster name', secret: 'Password', confirm: 'Push now?', select: 'on the nodes', twice: 'First question?',
};

async function asked(kind: string): Promise<Terminal> {
  const terminal = ask(kind);
  await terminal.sees(first[kind]!);
  return terminal;
}

describe('questions on a real terminal', () => {
  it('keeps what was typed when it is wrong, and says why', async () => {
    const terminal = await asked('text');
    terminal.type('grafana.example.com\r');
    await terminal.sees('✖ "grafana.example.com" is not a URL.');
    expect(terminal.text()).toContain('> grafana.example.com');
    terminal.type('\u0015https://grafana.example.com\r');
    await terminal.sees('ANSWER "https://grafana.example.com"');
    expect(terminal.text()).toBe('3 URL people will type\n> https://grafana.example.com\nANSWER "https://grafana.example.com"');
  });

  it('puts the former answer into the line, editable', async () => {
    const terminal = await asked('prefilled');
    await terminal.sees('6 Cluster name prod');
    terminal.type('uction\r');
    await terminal.sees('ANSWER "production"');
  });

  it('never shows a secret, neither while typed nor on Ctrl+T nor afterwards', async () => {
    const terminal = await asked('secret');
    terminal.type('hunter2');
    await terminal.sees('•••••••');
    terminal.type('\u0014\r');
    await terminal.sees('ANSWER "hunter2"');
    expect(terminal.text()).toContain('  Password ••••••••');
    expect(terminal.raw().split('ANSWER')[0]).not.toContain('hunter2');
  });

  it('takes the default of a yes-or-no question on Enter', async () => {
    const terminal = await asked('confirm');
    terminal.type('\r');
    await terminal.sees('ANSWER false');
    expect(terminal.text()).toContain('Push now? (y/N) n');
  });

  it('lets one choice be picked with the arrows', async () => {
    const terminal = await asked('select');
    terminal.type('\u001b[B');
    await terminal.sees('> in a variable');
    terminal.type('\r');
    await terminal.sees('ANSWER "env"');
    expect(terminal.text()).toContain('Where does it live? in a variable');
  });

  it.each(Object.keys(first))('goes back on Escape: %s', async (kind) => {
    const terminal = await asked(kind);
    if (kind === 'twice') {
      terminal.type('\r');
      await terminal.sees('Second question?');
    }
    terminal.type('\u001b');
    await terminal.sees(kind === 'twice' ? 'ANSWER [true,null]' : 'ANSWER undefined');
  });

  it.each(['text', 'secret', 'confirm', 'select'])('is cancelled with 130 by Ctrl+C: %s', async (kind) => {
    const terminal = await asked(kind);
    terminal.type('\u0003');
    await terminal.sees('ERROR 130 Cancelled');
  });

  it.each(['text', 'secret', 'confirm'])('is cancelled with 130 by Ctrl+D although something keeps the process alive: %s', async (kind) => {
    const terminal = await asked(kind);
    terminal.type('\u0004');
    await terminal.sees('ERROR 130 Cancelled');
  });

  it('takes the live lines off the terminal while it asks', async () => {
    const terminal = await asked('confirm');
    expect(terminal.text()).toBe('Push now? (y/N)');
    expect(terminal.raw()).toContain('connecting to three hosts');
  });
});
