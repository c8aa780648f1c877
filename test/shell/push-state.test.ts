import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listBackupsScript, readBackupList, readBackups, readBackupsScript } from '../../src/shell/push-backups.ts';
import { auditScript, restoreScript, settledScript, stageScript, swapScript } from '../../src/shell/push-files.ts';
import type { StagedFile } from '../../src/shell/push-files.ts';
import { keepKeyScript, readState, rememberScript, stateFolderScript } from '../../src/shell/push-state.ts';
import { raw, sh } from '../../src/shell/quote.ts';
import type { Script } from '../../src/shell/quote.ts';
import { shells } from './shells.ts';

const { uid, gid } = userInfo();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each(shells)('what a node remembers, under $name', ({ words, environment }) => {
  let folder: string;
  let state: string;
  let config: string;
  let password: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), `state ' "$(x)`));
    state = join(folder, 'state');
    config = join(folder, 'grafana.ini');
    password = join(folder, 'secrets', 'password');
    writeFileSync(config, 'old\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const run = (script: Script, input = ''): string => {
    const { status, stdout, stderr } = spawnSync(words[0]!, [...words.slice(1), '-c', script], { input, encoding: 'utf8', env: environment });
    if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
    return stdout;
  };
  const remembered = () => readState(run(stateFolderScript(state)));
  const place = (id: string) => ({ id, statePath: state });
  const file = (content: string, before?: string): StagedFile => ({ path: password, content, sha256: sha256(content), ...(before === undefined ? {} : { expectedSha256: sha256(before) }), place: { kind: 'file', owner: `${uid}:${gid}`, mode: '0640' } });
  const text = (content: string, before: string): StagedFile => ({ path: config, content, sha256: sha256(content), expectedSha256: sha256(before), place: { kind: 'config' } });
  const gone = (before: string): StagedFile => ({ path: password, content: '', sha256: '', expectedSha256: sha256(before), place: { kind: 'gone' } });
  const stage = (id: string, files: readonly StagedFile[]) => run(stageScript(place(id), files, { record: `{"id":"${id}"}`, pushed: `{"of":"${id}"}`, config: { path: config, expectedSha256: sha256(readFileSync(config, 'utf8')) } }));
  const push = (id: string, files: readonly StagedFile[]) => {
    stage(id, files);
    run(swapScript(place(id), files, 'roll'));
  };

  it('a node that no push was at remembers nothing', () => {
    expect(remembered()).toEqual({ pending: '' });
    expect(readBackupList(run(listBackupsScript(state)))).toEqual({ records: new Map(), audit: [] });
  });

  it('keeps the first key it is given, for root alone', () => {
    expect(run(keepKeyScript(state, 'one'))).toBe('one\n');
    expect(run(keepKeyScript(state, 'two'))).toBe('one\n');
    expect(remembered().key).toBe('one');
    expect([statSync(state).mode & 0o777, statSync(join(state, 'key')).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('remembers what a push left once it is live, and what it had left before when it is taken back', () => {
    stage('1', [file('pw'), text('new\n', 'old\n')]);
    expect(remembered().pushed).toBeUndefined();
    run(swapScript(place('1'), [file('pw'), text('new\n', 'old\n')], 'roll'));
    const first = { config: 'new\n', files: '{"of":"1"}\n' };
    expect(remembered()).toEqual({ pending: 'roll', pushed: first });
    push('2', [text('newer\n', 'new\n')]);
    expect(remembered().pushed).toEqual({ config: 'newer\n', files: '{"of":"2"}\n' });
    run(restoreScript(place('2'), [text('newer\n', 'new\n')]));
    expect(remembered().pushed).toEqual(first);
    run(restoreScript(place('1'), [file('pw'), text('new\n', 'old\n')]));
    expect(remembered().pushed).toBeUndefined();
  });

  it('remembers the config that lies there when a push leaves it alone', () => {
    push('1', [file('pw')]);
    expect(remembered().pushed).toEqual({ config: 'old\n', files: '{"of":"1"}\n' });
  });

  it('knows both what a killed push was about to write and what was there', () => {
    push('1', [text('new\n', 'old\n')]);
    stage('2', [text('newer\n', 'new\n')]);
    writeFileSync(join(state, 'pending'), 'roll backups/2.left\n');
    expect(remembered()).toMatchObject({ pushed: { config: 'new\n' }, interrupted: { config: 'newer\n' } });
  });

  it.each([['before', sh`mv() { kill -KILL $$; }`], ['after', sh`mv() { command mv "$@"; kill -KILL $$; }`]])('knows both when who takes a push back is killed %s a file went back', (_, kill) => {
    push('1', [text('new\n', 'old\n')]);
    push('2', [text('newer\n', 'new\n')]);
    run(settledScript(place('2')));
    expect(() => run(sh`${raw(kill)}
${raw(restoreScript(place('2'), [text('newer\n', 'new\n')]))}`)).toThrow('exit null');
    expect(remembered()).toMatchObject({ pushed: { config: 'new\n' }, interrupted: { config: 'newer\n' } });
  });

  it('takes note of a config as it lies there, unless it changed meanwhile', () => {
    mkdirSync(state);
    run(rememberScript(state, { path: config, sha256: sha256('other\n') }, '{}', { locked: true }));
    expect(remembered().pushed).toBeUndefined();
    run(rememberScript(state, { path: config, sha256: sha256('old\n') }, '{}', { locked: true }));
    expect(remembered().pushed).toEqual({ config: 'old\n', files: '{}\n' });
    run(rememberScript(state, { path: config, sha256: sha256('old\n') }, '{"later":1}', { locked: true }));
    run(rememberScript(state, { path: config, sha256: sha256('other\n') }, '{}', { locked: true }));
    expect(remembered().pushed).toEqual({ config: 'old\n', files: '{"later":1}\n' });
    mkdirSync(join(state, 'lock'));
    run(rememberScript(state, { path: config, sha256: sha256('old\n') }, '{"of":"another"}', { locked: false }));
    expect(remembered().pushed?.files).toBe('{"later":1}\n');
    expect(new Set(readdirSync(state).filter((name) => name.startsWith('remembered.')).map((name) => name.split('.')[1])).size).toBe(1);
  });

  it('keeps the last backups, and what is remembered however old it is', () => {
    const kept = () => [...new Set(readdirSync(join(state, 'backups')).map((name) => name.split('.')[0]))].toSorted();
    push('1', [text('new\n', 'old\n')]);
    for (const id of ['2', '3', '4']) {
      push(id, [text('newer\n', 'new\n')]);
      run(restoreScript(place(id), [text('newer\n', 'new\n')]));
    }
    writeFileSync(join(state, 'backups/0.0'), 'of a push that was killed before it was whole\n');
    expect([...readBackupList(run(listBackupsScript(state))).records.keys()]).toEqual(['1', '2', '3', '4']);
    run(auditScript(state, '{}', 2));
    expect(kept()).toEqual(['1', '3', '4']);
    expect(remembered().pushed).toEqual({ config: 'new\n', files: '{"of":"1"}\n' });
    push('5', [text('newer\n', 'new\n')]);
    run(auditScript(state, '{}', 2));
    expect(kept()).toEqual(['4', '5']);
  });

  it('removes a file, and gives it back', () => {
    push('1', [file('pw')]);
    push('2', [gone('pw')]);
    expect(existsSync(password)).toBe(false);
    run(restoreScript(place('2'), [gone('pw')]));
    expect([readFileSync(password, 'utf8'), statSync(password).mode & 0o777]).toEqual(['pw', 0o640]);
  });

  it('tells what each push found, and what lies there now', () => {
    push('1', [file('pw'), text('new\n', 'old\n')]);
    push('2', [file('pw2', 'pw')]);
    expect([...readBackupList(run(listBackupsScript(state))).records]).toEqual([['1', '{"id":"1"}\n'], ['2', '{"id":"2"}\n']]);
    const backups = readBackups(run(readBackupsScript(state, ['1', '2'])), [{ id: '1', files: 2 }, { id: '2', files: 1 }]);
    expect(backups.get('1')).toEqual([
      { index: 0, now: sha256('pw2') },
      { index: 1, now: sha256('new\n'), content: { text: 'old\n', sha256: sha256('old\n'), owner: expect.stringMatching(/:/) as string, mode: '0644' } },
    ]);
    expect(backups.get('2')).toMatchObject([{ index: 0, now: sha256('pw2'), content: { text: 'pw', mode: '0640' } }]);
  });
});
