import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shells } from './shells.ts';
import { asFoundScript, pushExit, restoreScript, stageScript, swapScript, unstageScript } from '../../src/shell/push-files.ts';
import type { StagedFile } from '../../src/shell/push-files.ts';
import { raw, sh } from '../../src/shell/quote.ts';
import type { Script } from '../../src/shell/quote.ts';

const { uid, gid } = userInfo();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each(shells)('the scripts of a push under $name', ({ words, environment }) => {
  let folder: string;
  let config: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), `push ' "$(x)`));
    config = join(folder, 'grafana.ini');
    writeFileSync(join(folder, 'real.ini'), 'old\n');
    chmodSync(join(folder, 'real.ini'), 0o640);
    symlinkSync('real.ini', config);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const place = () => ({ id: '20270104T100000Z-ab12', statePath: join(folder, 'state') });
  const notes = () => ({ record: '{"id":"it\'s"}', pushed: '{"files":{}}', config: { path: config, expectedSha256: sha256('old\n') } });
  const contents = ['pass"\'#\n', 'new config\n'];
  const files = (expected = sha256('old\n')): readonly StagedFile[] => [
    { path: join(folder, 'secrets/deep/password'), content: contents[0]!, sha256: sha256(contents[0]!), place: { kind: 'file', owner: `${uid}:${gid}`, mode: '0640' } },
    { path: config, content: contents[1]!, sha256: sha256(contents[1]!), expectedSha256: expected, place: { kind: 'config' } },
  ];
  const run = (script: Script, more = {}) => spawnSync(words[0]!, [...words.slice(1), '-c', 'eval "$(cat)"'], { input: script, encoding: 'utf8', env: { ...environment, LC_ALL: 'C', ...more } }).status;
  const stage = (expected?: string) => run(stageScript(place(), files(expected), notes()));
  const backups = () => readdirSync(join(place().statePath, 'backups'));
  const everything = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp'));

  it('stage shows nothing to Grafana', () => {
    expect(stage()).toBe(0);
    expect(readFileSync(config, 'utf8')).toBe('old\n');
    expect(existsSync(files()[0]!.path)).toBe(false);
    expect(everything()).toHaveLength(2);
    expect(statSync(place().statePath).mode & 0o777).toBe(0o700);
  });

  it('swap makes all live, through a symlink that stays, with owner and mode', () => {
    stage();
    expect(run(swapScript(place(), files(), 'roll'))).toBe(0);
    expect(readlinkSync(config)).toBe('real.ini');
    expect(readFileSync(join(folder, 'real.ini'), 'utf8')).toBe('new config\n');
    expect(statSync(config).mode & 0o777).toBe(0o640);
    expect(readFileSync(files()[0]!.path, 'utf8')).toBe(contents[0]);
    expect(statSync(files()[0]!.path).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(place().statePath, 'pending'), 'utf8')).toBe(`roll backups/${place().id}.left\n`);
    expect(everything()).toEqual([]);
  });

  it('restore puts the old ones back and removes the new ones', () => {
    stage();
    run(swapScript(place(), files(), 'roll'));
    expect(run(restoreScript(place(), files()))).toBe(0);
    expect(readFileSync(config, 'utf8')).toBe('old\n');
    expect(readlinkSync(config)).toBe('real.ini');
    expect(existsSync(files()[0]!.path)).toBe(false);
    expect(existsSync(join(place().statePath, 'pending'))).toBe(false);
  });

  it('restore leaves a new file that stays', () => {
    const staying = files().map((file) => (file.place.kind === 'file' ? { ...file, place: { ...file.place, stays: true } } : file));
    stage();
    run(swapScript(place(), staying, 'roll'));
    expect(run(restoreScript(place(), staying))).toBe(0);
    expect(readFileSync(staying[0]!.path, 'utf8')).toBe(contents[0]);
    expect(readFileSync(config, 'utf8')).toBe('old\n');
  });

  it('restore leaves what somebody changed since', () => {
    stage();
    run(swapScript(place(), files(), 'roll'));
    writeFileSync(join(folder, 'real.ini'), 'theirs\n');
    expect(run(restoreScript(place(), files()))).toBe(0);
    expect(readFileSync(config, 'utf8')).toBe('theirs\n');
  });

  it('an edit between plan and stage, or stage and swap, is not overwritten', () => {
    expect(stage(sha256('other\n'))).toBe(pushExit.changedMeanwhile);
    run(unstageScript(place(), files()));
    stage();
    writeFileSync(join(folder, 'real.ini'), 'theirs\n');
    expect(run(swapScript(place(), files(), 'roll'))).toBe(pushExit.changedMeanwhile);
    expect(readFileSync(config, 'utf8')).toBe('theirs\n');
    expect(existsSync(files()[0]!.path)).toBe(false);
  });

  it('an edit of the config between plan and stage is not remembered as ours by a push that leaves the config alone', () => {
    writeFileSync(join(folder, 'real.ini'), 'theirs\n');
    expect(run(stageScript(place(), files().slice(0, 1), notes()))).toBe(pushExit.changedMeanwhile);
  });

  it('stage brings the backup to the disk, also where the state folder is on another one', () => {
    const log = join(folder, 'flushed');
    const script = stageScript(place(), files(), notes());
    expect(run(sh`sync() { printf '%s\n' "$@" >> ${log}; }; ln() { return 1; }; ${raw(script)}`)).toBe(0);
    const flushed = readFileSync(log, 'utf8').split('\n');
    expect(flushed).toEqual(expect.arrayContaining(backups().map((name) => join(place().statePath, 'backups', name))));
    expect(flushed).toEqual(expect.arrayContaining(everything().map((name) => join(folder, name))));
  });

  it('a secret that appeared, or changed, since the plan is not overwritten', () => {
    mkdirSync(join(folder, 'secrets/deep'), { recursive: true });
    writeFileSync(files()[0]!.path, 'theirs\n');
    expect(stage()).toBe(pushExit.changedMeanwhile);
    expect(run(unstageScript(place(), files()))).toBe(0);
    const known = files().map((file) => (file.place.kind === 'file' ? { ...file, expectedSha256: sha256('theirs\n') } : file));
    expect(run(stageScript(place(), known, notes()))).toBe(0);
    writeFileSync(files()[0]!.path, 'theirs again\n');
    expect(run(swapScript(place(), known, 'roll'))).toBe(pushExit.changedMeanwhile);
    expect([readFileSync(files()[0]!.path, 'utf8'), readFileSync(config, 'utf8')]).toEqual(['theirs again\n', 'old\n']);
  });

  it.each<[string, (path: string) => void]>([
    ['is a folder', (path) => mkdirSync(path, { recursive: true })],
    ['is a symlink to itself', (path) => {
      mkdirSync(join(path, '..'), { recursive: true });
      symlinkSync(path, path);
    }],
    ['has a file where its folder should be', (path) => writeFileSync(join(path, '../..'), '')],
  ])('a place that %s is found before anything is live', (_, spoil) => {
    spoil(files()[0]!.path);
    expect(stage()).toBe(1);
    expect(run(unstageScript(place(), files()))).toBe(0);
    expect(everything()).toEqual([]);
    expect(readFileSync(config, 'utf8')).toBe('old\n');
  });

  it('an owner that the node does not know, and a file that chattr protects, are found before anything is live', () => {
    const strange = files().map((file) => (file.place.kind === 'file' ? { ...file, place: { ...file.place, owner: 'root:no-such-group' } } : file));
    mkdirSync(join(folder, 'secrets/deep'), { recursive: true });
    expect(run(stageScript(place(), strange, notes()))).not.toBe(0);
    run(unstageScript(place(), strange));
    // Stands for a protected file: not every file system has these bits.
    writeFileSync(join(folder, 'lsattr'), '#!/bin/sh\necho "----i---------e------- x"\n', { mode: 0o755 });
    writeFileSync(join(folder, 'ln'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(run(stageScript(place(), files(), notes()), { PATH: `${folder}:${environment['PATH']}` })).toBe(1);
    expect([readFileSync(config, 'utf8'), existsSync(files()[0]!.path)]).toEqual(['old\n', false]);
    expect(backups().filter((name) => name.endsWith('.record'))).toEqual([]);
  });

  it('text of any kind comes through, and the way back', () => {
    const content = `${Array.from({ length: 70_000 }, (_, index) => String.fromCodePoint(index % 0x3000 || 1)).join('')}\n\n`;
    const odd = [{ ...files()[1]!, content, sha256: sha256(content) }];
    expect(run(stageScript(place(), odd, notes()))).toBe(0);
    expect(run(swapScript(place(), odd, 'roll'))).toBe(0);
    expect(readFileSync(config, 'utf8')).toBe(content);
    expect(run(restoreScript(place(), odd))).toBe(0);
    expect(readFileSync(config, 'utf8')).toBe('old\n');
  });

  it('restore leaves what an earlier push left to finish', () => {
    mkdirSync(place().statePath);
    writeFileSync(join(place().statePath, 'pending'), 'move\n');
    stage();
    run(swapScript(place(), files(), 'roll'));
    expect(run(restoreScript(place(), files()))).toBe(0);
    expect(readFileSync(join(place().statePath, 'pending'), 'utf8')).toBe('move\n');
  });

  it('a file that is not what it should be is noticed, and unstage leaves no trace', () => {
    expect(run(stageScript(place(), files().map((file) => ({ ...file, content: file.content.slice(1) })), notes()))).toBe(pushExit.damaged);
    expect(run(unstageScript(place(), files()))).toBe(0);
    expect(everything()).toEqual([]);
    stage();
    expect(backups()).toHaveLength(3);
    expect(run(unstageScript(place(), files()))).toBe(0);
    expect(backups()).toEqual([]);
  });

  it('tells files that are as they were found', () => {
    const [password, text] = files();
    const found = (...lie: Parameters<typeof asFoundScript>[0]) => run(asFoundScript(lie));
    expect(found({ path: config, expectedSha256: sha256('old\n') }, { path: password!.path })).toBe(0);
    expect(found({ path: config, expectedSha256: sha256('older\n') })).toBe(pushExit.changedMeanwhile);
    expect(found({ path: config })).toBe(pushExit.changedMeanwhile);
    expect(found({ path: password!.path, expectedSha256: password!.sha256 })).toBe(pushExit.changedMeanwhile);
    stage();
    run(swapScript(place(), files(), 'roll'));
    expect(found(...[text!, password!].map(({ path, sha256: expectedSha256 }) => ({ path, expectedSha256 })))).toBe(0);
  });

  it('forgets what a push that was killed had staged', () => {
    writeFileSync(join(folder, '.grafana-ha-20260101T000000Z-0001.7.tmp'), 'x');
    stage();
    run(swapScript(place(), files(), 'roll'));
    expect(everything()).toEqual([]);
  });
});
