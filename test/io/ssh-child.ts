/** A program that connects, says so on stdout and lives until it is ended; nobody answers its questions: `ssh-child.ts PORT CONFIG`. */
import { connected, sshWith, target } from './ssh-world.ts';

const [, , port, config = ''] = process.argv;
const asked = () => {
  console.log('asked');
  return new Promise<never>(() => {});
};
const [outcome] = await sshWith([asked]).connect([target('graf-a', 'root', Number(port))], { config });
connected(outcome).dial({ host: '127.0.0.1', port: Number(port) });
console.log('connected');
setInterval(() => {}, 60_000);
