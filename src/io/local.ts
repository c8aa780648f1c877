import { createHash, createHmac, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { UserError } from '../errors.ts';
import type { Local, LocalRunOptions } from '../world.ts';
import { hasEnded, processName } from './process-name.ts';

/** This machine: who runs us, environment, commands, randomness, names. */
export function makeLocal(): Local {
  const salt = randomBytes(32);
  return {
    cwd: process.cwd(),
    home: homedir(),
    userName: userName(),
    hostName: hostname(),
    processName,
    hasEnded,
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
async function run(words: readonly string[], { environment, timeoutMs, onLine }: LocalRunOptions = {}): Promise<{ stdout: string }> {
  const [program = '', ...rest] = words;
  const { execa } = await import('execa');
  const child = execa(program, rest, {
    reject: false, stdin: 'inherit', stdout: 'pipe', stderr: 'pipe', all: true,
    ...(environment === undefined ? {} : { env: environment }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, forceKillAfterDelay: 5000 }),
  });
  if (onLine !== undefined) {
    // What it leaves in the background may keep its output open for ever.
    child.once('exit', () => setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), 200));
    for await (const line of child.iterable({ from: 'all' })) onLine(line);
  }
  const ended = await child;
  if (!ended.failed) return { stdout: ended.stdout };
  if (ended.timedOut) throw new UserError(`The command "${program}" took longer than ${Math.round((timeoutMs ?? 0) / 1000)} s and was ended.`, { hint: words.join(' ') });
  if (ended.exitCode === undefined) {
    const reason = ended.code === 'ENOENT' ? 'there is no such program' : ended.code ?? ended.signal ?? 'no reason given';
    throw new UserError(ended.signal === undefined ? `The command "${program}" could not be started: ${reason}.` : `The command "${program}" was ended by ${ended.signal}.`, { hint: `command -v ${program}` });
  }
  const said = ended.stderr.trim().split('\n').at(-1);
  throw new UserError(`The command "${program}" ended with ${ended.exitCode}${said ? `: ${said}` : ''}.`, { hint: words.join(' ') });
}
