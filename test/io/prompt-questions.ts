import { UserError } from '../../src/errors.ts';
import { makePrompt } from '../../src/io/prompt.ts';
import { makeScreen } from '../../src/io/screen.ts';

/** Asks one question of the kind named in argv and says what came back; something else keeps the process alive, as ssh does. */
const screen = makeScreen({ stdout: process.stdout, stderr: process.stderr, colour: false });
const prompt = makePrompt(screen);
const alive = setInterval(() => {}, 1000);
const questions: Record<string, () => Promise<unknown>> = {
  text: () => prompt.text({ message: '3 URL people will type\n>', validate: (text) => (text.startsWith('https://') ? true : `"${text}" is not a URL.`) }),
  prefilled: () => prompt.text({ message: '6 Cluster name', prefill: 'prod' }),
  secret: async () => (await prompt.secret({ message: '  Password' }))?.reveal(),
  confirm: () => prompt.confirm({ message: 'Push now?', default: false }),
  select: () => prompt.select({ message: 'Where does it live?', choices: [{ value: 'nodes', name: 'on the nodes' }, { value: 'env', name: 'in a variable' }] }),
  twice: async () => [await prompt.confirm({ message: 'First question?', default: true }), await prompt.text({ message: 'Second question?' })],
};
const live = screen.progress('connecting to three hosts');
try {
  const answer = await questions[process.argv[2]!]!();
  live.done();
  screen.print(`ANSWER ${JSON.stringify(answer) ?? 'undefined'}`);
} catch (error) {
  live.done();
  if (!(error instanceof UserError)) throw error;
  screen.print(`ERROR ${error.exitCode} ${error.message}`);
} finally {
  clearInterval(alive);
}
