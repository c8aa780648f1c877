import { createHash, createHmac, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { UserError } from '../errors.ts';
import type { Local } from '../world.ts';

/** This machine: who runs us, environment, commands, randomness, names. */
export function makeLocal(): Local {
  const salt = randomBytes(32);
  return {
    cwd: process.cwd(),
    home: homedir(),
    userName: userName(),
    hostName: hostname(),
    env: (name) => process.env[name],
    run,
    random: (bytes) => randomBytes(bytes),
    fingerprint: (secret) => createHmac('sha256', salt).update(secret.reveal()).digest('hex').slice(0, 6),
    sha256: (content) => createHash('sha256').update(content).digest('hex'),
    lookup: async (host) => {
      try {
        return (await lookup(host, { all: true })).map(({ address }) => address);
      } catch {
        return undefined;
      }
    },
  };
}

/** A user id without an entry in passwd is normal in containers, and makes userInfo throw. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? String(process.getuid?.() ?? 'unknown');
  }
}

/** Words, not a shell line. Standard input stays the person's: password managers ask on it. */
async function run(words: readonly string[]): Promise<{ stdout: string }> {
  const [program = '', ...rest] = words;
  const { execa } = await import('execa');
  const ended = await execa(program, rest, { reject: false, stdin: 'inherit', stdout: 'pipe', stderr: 'pipe' });
  if (!ended.failed) return { stdout: ended.stdout };
  if (ended.exitCode === undefined) {
    throw new UserError(`The command "${program}" could not be started: ${ended.code === 'ENOENT' ? 'there is no such program' : ended.code ?? ended.signal ?? 'no reason given'}.`, { hint: `command -v ${program}` });
  }
  const said = ended.stderr.trim().split('\n').at(-1);
  throw new UserError(`The command "${program}" ended with ${ended.exitCode}${said ? `: ${said}` : ''}.`, { hint: words.join(' ') });
}
