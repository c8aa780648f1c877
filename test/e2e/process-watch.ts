import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Every argument list and environment on this machine that was seen, those of the hosts' processes among them. */
export interface ProcessWatch {
  /** Ends the watch: how often it looked, and all it saw, one text. */
  end(): Promise<{ readonly looks: number; readonly seen: string }>;
}

// A process of its own: it looks every 20 ms whatever the test is busy with, and knows no secret.
const script = `
const { readdirSync, readFileSync } = require('node:fs');
const seen = new Set();
const known = new Map();
let looks = 0;
const look = () => {
  looks++;
  for (const pid of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(pid)) continue;
    try {
      const words = readFileSync('/proc/' + pid + '/cmdline', 'utf8');
      if (known.get(pid) === words) continue;
      known.set(pid, words);
      seen.add(words).add(readFileSync('/proc/' + pid + '/environ', 'utf8'));
    } catch {}
  }
};
look();
console.error('watching');
const timer = setInterval(look, 20);
process.stdin.resume().once('end', () => { clearInterval(timer); process.stdout.write(JSON.stringify({ looks, seen: [...seen].join('\\n') })); });
`;

/** Starts to watch; resolves after the first look. */
export async function watchProcesses(): Promise<ProcessWatch> {
  const child = spawn(process.execPath, ['-e', script], { stdio: 'pipe' });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const closed = once(child, 'close');
  await once(child.stderr, 'data');
  return {
    end: async () => {
      child.stdin.end();
      await closed;
      return JSON.parse(said) as Awaited<ReturnType<ProcessWatch['end']>>;
    },
  };
}
