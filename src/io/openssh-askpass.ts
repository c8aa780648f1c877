import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

// ssh runs this in place of a terminal. A secret goes from fifo to ssh and lies in no file and no argv.
// When our process dies the fifo ends, and with it the question. It is opened for both ways first: opening it to
// read would wait for ever for a writer that died a moment ago.
const script = `#!/bin/sh
folder=\${0%/*}
printf %s "$1" >"$folder/question-$GRAFANA_HA_ASK" && kill -0 "$GRAFANA_HA_PID" &&
echo "$GRAFANA_HA_ASK \${SSH_ASKPASS_PROMPT:-ask}" 1<>"$folder/asked" && exec 3<>"$folder/answer-$GRAFANA_HA_ASK" <"$folder/answer-$GRAFANA_HA_ASK" 3>&- &&
read -r verdict && [ "$verdict" = yes ] && exec head -n 1
exit 1
`;

export interface Askpass {
  /** Environment of the ssh whose questions come under this number. */
  environment(number: number): Readonly<Record<string, string>>;
  close(): void;
}

/** Brings every question of ssh here; an undefined answer is a refusal. A notice (touch your key) wants no answer. */
export function openAskpass(folder: string, count: number, asked: (number: number, text: string, notice: boolean) => Promise<string | undefined>): Askpass {
  const file = (name: string) => join(folder, name);
  writeFileSync(file('askpass'), script, { mode: 0o700 });
  const numbers = [...Array(count).keys()];
  execFileSync('mkfifo', ['-m', '600', file('asked'), ...numbers.map((number) => file(`answer-${number}`))]);
  // Open for both ways: a fifo then neither blocks its opener nor ends while nobody writes.
  const open = (name: string) => openSync(file(name), constants.O_RDWR | constants.O_NONBLOCK);
  const answers = numbers.map((number) => open(`answer-${number}`));
  const questions = new Socket({ fd: open('asked'), readable: true, writable: false });
  let closed = false;
  let line = '';
  questions.on('data', (chunk) => {
    const lines = (line + chunk.toString()).split('\n');
    line = lines.pop() ?? '';
    for (const each of lines) void answerOne(each);
  });

  async function answerOne(notification: string): Promise<void> {
    const [number = '', hint] = notification.split(' ');
    // Whoever is asked reports a failure elsewhere; for ssh it is a refusal.
    const answer = await asked(Number(number), readFileSync(file(`question-${number}`), 'utf8'), hint === 'none').catch(() => undefined);
    if (!closed) writeSync(answers[Number(number)] as number, answer === undefined ? 'no\n' : `yes\n${answer}\n`);
  }

  return {
    environment: (number) => ({
      SSH_ASKPASS: file('askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      // ssh before 8.4 asks there only with a display and without a terminal.
      DISPLAY: process.env['DISPLAY'] ?? ':none',
      GRAFANA_HA_ASK: String(number),
      GRAFANA_HA_PID: String(process.pid),
    }),
    close() {
      closed = true;
      questions.destroy();
      answers.forEach(closeSync);
    },
  };
}
