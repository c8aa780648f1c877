/** A program that connects, says so on stdout and lives until it is ended: `ssh-child.ts PORT CONFIG`. */
import { connected, sshWith, target } from './ssh-world.ts';

const [, , port, config = ''] = process.argv;
const [outcome] = await sshWith().connect([target('graf-a', 'root', Number(port))], { config });
const { stdout } = await connected(outcome).run('echo $PPID');
connected(outcome).dial({ host: '127.0.0.1', port: Number(port) });
console.log(`session ${stdout.trim()}`);
setInterval(() => {}, 60_000);
