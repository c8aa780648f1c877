import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseNodePath } from '../../src/cluster/cluster-file-values.ts';
import { parseTarget } from '../../src/cluster/target.ts';
import { settingsArguments } from '../../src/shell/ssh-arguments.ts';
import { sshByHand } from '../../src/shell/ssh-by-hand.ts';
import { cases, type Step } from './injection-cases.ts';
import { shells } from './shells.ts';

// Everything runs as nobody where it can, and what would look at or change the machine is a stand-in that does nothing.
const scratch = mkdtempSync('/tmp/injection-');
const programs = join(scratch, 'programs');
const canary = join(scratch, 'canary');
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
mkdirSync(programs);
for (const name of ['systemctl', 'systemd-run', 'journalctl', 'docker', 'podman', 'sync', 'sleep', 'dpkg-query', 'rpm', 'ip', 'getent', 'find', 'nft', 'iptables', 'apt-config', 'crontab']) writeFileSync(join(programs, name), '#!/bin/sh\n', { mode: 0o755 });
writeFileSync(join(programs, 'canary'), `#!/bin/sh\n: > ${canary}\n`, { mode: 0o755 });
chmodSync(scratch, 0o777);
afterAll(() => rmSync(scratch, { recursive: true }));

const pieces = ["'", '"', '$(canary)', '`canary`', ';canary;', '|canary|', '&canary&', '\\', '\\n', '-', '--help', ' ', 'ü', '${canary}', '!', '#', '*', '~', '%s', '$((canary))', '{a,b}', '\t', '$IFS', "'\\''", '>canary', '"$(canary)"', "'$(canary)'"];
/** What a path may hold. Whatever else there is may hold line ends, too. */
const odd = fc.array(fc.constantFrom(...pieces), { minLength: 2, maxLength: 8 }).map((parts) => parts.join('')).filter((text) => text.length < 120);
const oddWord = fc.tuple(odd, fc.constantFrom('', '\ncanary\n', '\n')).map(([text, more]) => `${text}${more}x`);
const runs = 2;

const folder = join(import.meta.dirname, '../../src/shell');
const builders = readdirSync(folder).flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/^export function (\w+)\(.*\): Script \{$/gm)].map((match) => match[1]!)).filter((name) => name !== 'sh');

function run(shell: (typeof shells)[number], { script }: Step) {
  const { words, environment } = shell;
  return spawnSync(words[0]!, [...words.slice(1), '-c', script], { ...nobody, input: '', encoding: 'utf8', timeout: 20_000, cwd: scratch, env: { ...environment, PATH: `${programs}:${environment['PATH']}` } });
}

describe('no script runs what it is given', () => {
  it('has a case for every function that makes one', () => {
    expect(Object.keys(cases).toSorted()).toEqual(builders.toSorted());
  });

  it('would be seen', () => {
    run(shells[0]!, { script: 'echo "$(canary)"' as Step['script'] });
    expect(existsSync(canary)).toBe(true);
    rmSync(canary);
  });

  // What it prints when it fails is long: the values are all pieces at once.
  describe.each(Object.entries(cases))('%s', (_, makeSteps) => {
    it.each(shells)('$name', (shell) => {
      fc.assert(fc.property(odd, fc.array(oddWord, { minLength: 8, maxLength: 8 }), fc.array(odd, { minLength: 8, maxLength: 8 }), (name, words, names) => {
        const place = mkdtempSync(join(scratch, 'case-'));
        const into = join(place, name.replaceAll('/', ''));
        mkdirSync(into);
        if (nobody.uid !== undefined) for (const path of [place, into]) chownSync(path, nobody.uid, nobody.gid);
        for (const step of makeSteps({ folder: into, name: (n) => names[n]!, word: (n) => words[n]! })) {
          const { stdout, stderr } = run(shell, step);
          expect(existsSync(canary), `${step.script}\n${stderr}`).toBe(false);
          if (step.prints !== undefined) expect({ stdout, stderr, right: step.prints(stdout) }).toMatchObject({ right: true });
          if (step.leaves !== undefined) expect({ stderr, content: existsSync(step.leaves.path) && readFileSync(step.leaves.path, 'utf8') }).toMatchObject({ content: step.leaves.content });
        }
        rmSync(place, { recursive: true });
      }), { numRuns: runs, examples: [[pieces.join(''), Array<string>(8).fill(`${pieces.join('')}\ncanary\nx`), Array<string>(8).fill(pieces.join(''))]] });
    });
  });
});

describe('what people type', () => {
  it('is refused as a target, or comes to ssh as one word that is no option', () => {
    fc.assert(fc.property(fc.oneof(odd, oddWord, fc.string()), (text) => {
      const target = parseTarget(text);
      if (!target.ok) return;
      expect(settingsArguments(target.value).at(-2)).toBe('--');
      expect(target.value.host).not.toMatch(/^-|[\s'"`$;&|<>(){}\\!]/);
      expect(target.value.user ?? '').not.toMatch(/^-|['"`$;&|<>(){}]/);
    }), { numRuns: 500 });
  });

  it('is quoted where we say what to type', () => {
    fc.assert(fc.property(odd, odd, (user, config) => {
      const { stdout } = run(shells[0]!, { script: `printf '%s\\0' ${sshByHand({ text: '', user, host: 'graf-a' }, config)}` as Step['script'] });
      expect(stdout.split('\0').slice(0, -1)).toEqual(['-F', config, `${user}@graf-a`]);
    }), { numRuns: 20 });
  });

  it('is refused as a path on a node where a line ends in it', () => {
    expect(parseNodePath('/etc/grafana/a\nb').ok).toBe(false);
    expect(parseNodePath('/etc/grafana/a\0b').ok).toBe(false);
  });
});
