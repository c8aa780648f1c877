import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'grafana-ha-package-'));
let packed: { filename: string; files: { path: string }[] };

beforeAll(async () => {
  const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const answer = JSON.parse(stdout) as typeof packed[] | Record<string, typeof packed>;
  packed = Array.isArray(answer) ? answer[0]! : Object.values(answer)[0]!;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the package', () => {
  it('holds only bin, dist, templates and docs', () => {
    const top = [...new Set(packed.files.map(({ path }) => path.split('/')[0]))].sort();
    expect(top).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json', 'templates']);
  });

  it('runs from the tarball in an empty folder', async () => {
    await execa('npm', ['init', '-y'], { cwd: folder });
    await execa('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.filename)], { cwd: folder });
    const { stdout } = await execa('npx', ['grafana-ha', '--help'], { cwd: folder });
    expect(stdout).toContain('init');
    expect(stdout).toContain('push');
    const linted = await execa('npx', ['grafana-ha', 'lint', '--json', '-'], { cwd: folder, reject: false, input: '\ufeff[Server]\r\n' });
    expect({ exitCode: linted.exitCode, shown: JSON.parse(linted.stdout) as unknown }).toMatchObject({ exitCode: 3, shown: { file: '-', findings: [{ id: 'unknown-section', line: 1 }] } });
    const refused = await execa('npx', ['grafana-ha', 'init', '--yes'], { cwd: folder, reject: false, stdin: 'ignore' });
    expect({ exitCode: refused.exitCode, names: refused.stderr.includes('--node') }).toEqual({ exitCode: 2, names: true });
  });
});
