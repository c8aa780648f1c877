import { Command, CommanderError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { ExitCode, isUserError } from './errors.ts';
import type { CommandName } from './run-command.ts';

/** Runs one command line to its end and sets the exit code; the one catch of the program. */
export async function main(argv: readonly string[], packageRoot: string): Promise<void> {
  try {
    await program(packageRoot).parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error, argv.includes('--verbose'));
  }
}

function program(packageRoot: string): Command {
  // What runs a command is loaded when one runs, so that --version and --help start like bare node.
  const run = (name: CommandName) => async (options: unknown): Promise<void> => {
    const { runCommand } = await import('#run-command');
    process.exitCode = await runCommand(name, options, packageRoot);
  };
  const cli = new Command('grafana-ha')
    .description('Makes a proven high-availability Grafana cluster out of Linux hosts, a database and a host name.')
    .version(packageJson.version, '--version')
    .helpCommand(false)
    .exitOverride()
    // What follows the = of a misspelled option may be a secret.
    .configureOutput({ outputError: (text, write) => write(text.replace(/(unknown option '[^'=]*)=.*'/s, "$1'")) })
    .showHelpAfterError('(add --help for the options)');

  reachingNodes(cli.command('init').description('ask, check each answer, write the cluster file, render, and push after a yes'))
    .option('--node <NAME=TARGET...>', 'a node: what you type after ssh, with a name if you like; repeatable')
    .option('--from <TARGET...>', 'start from running nodes: reads them and changes nothing there; repeatable')
    .option('--like <NODE>', 'with --from: where the nodes differ, this one is right')
    .option('--push-never', 'another tool writes these nodes: grafana-ha never pushes to them')
    .option('--dsn <URL>', 'the database as postgres://user@host:port/name or mysql://…, without a password')
    .addOption(sslMode())
    .option('--db-ca <PATH>', "CA file for the database's certificate, copied to the nodes")
    .option('--root-url <URL>', 'what people type in a browser')
    .option('--admin-password <SOURCE>', "first admin's password, for an empty database: env:NAME, file:PATH or command:WORDS")
    .option('--license <PATH>', 'Enterprise license token')
    .option('--grafana <NODE.KEY=VALUE...>', 'where Grafana lives on a node, with a key of [node.NAME], such as graf-a.config_path=/opt/grafana.ini; repeatable')
    .option('--gossip <NAME=ADDRESS...>', 'address that peers reach this node at, IP or IP:port; repeatable')
    .option('--gossip-port <PORT>', 'TCP and UDP port of the alerting mesh (default 9094)')
    .option('--leave-sqlite', 'go on although nodes hold something in SQLite that stays behind')
    .option('--name <NAME>', 'cluster name (default: from the URL)')
    .option('--ssh-config <PATH>', 'ssh -F')
    .option('--output <FOLDER>', "where each node's custom.ini goes", 'rendered')
    .option('--yes', 'take every default; does not push')
    .option('--push', 'push at the end without a question')
    .action(run('init'));

  reachingNodes(cli.command('validate').description('look at the nodes and the database and judge them; changes nothing'))
    .option('--only <CHECKS>', 'judge these checks alone, by id, separated by commas')
    .option('--ignore <CHECKS>', 'accept these findings this once')
    .option('--explain <CHECKS>', 'say what these checks mean, why they matter and how to mend what they find; looks at nothing')
    .option('--no-listeners', 'open no port on the nodes, not even for the two seconds of a test')
    .option('--json', 'print the results as JSON')
    .action(run('validate'));

  reachingNodes(cli.command('render').description("write each node's custom.ini to a folder; changes no node"))
    .option('--output <FOLDER>', 'the folder', 'rendered')
    .option('--with-secrets', 'write the secrets beside it, too')
    .action(run('render'));

  reachingNodes(cli.command('push').description('show the plan, ask, then make the nodes match the cluster file'))
    .option('--nodes [NAMES...]', 'these nodes only; without names: choose on a terminal')
    .option('--dry-run', 'stop after the plan')
    .option('--yes', 'no question before the change')
    .option('--admin-password <SOURCE>', "first admin's password, for an empty database, where the cluster file names none")
    .option('--leave-sqlite', 'go on although nodes hold something in SQLite that stays behind')
    .option('--break-lock', 'remove the lock of a push that is known to be dead')
    .addOption(new Option('--on-failure <WHAT>', 'of a roll: stop there, or give all nodes back what they had (default: as the cluster file says, else stop)').choices(['stop', 'rollback-all']))
    .option('--database-backup-exists', 'for a newer Grafana, whose first start changes the tables: there is a way back')
    .option('--save-plan <FILE>', 'write the plan to a file and stop: to be read by others, and applied by --plan')
    .option('--plan <FILE>', 'apply a saved plan and nothing else, without a question; refused if anything changed since')
    .option('--overwrite', 'take back what somebody changed on the nodes since our last push')
    .option('--adopt', 'take over what somebody changed on the nodes: into the cluster file, or the ini that its settings key names')
    .option('--json', 'with --dry-run: print the plan as JSON')
    .action(run('push'));

  reachingNodes(cli.command('rollback').description('put back what the latest push replaced, as carefully as a push'))
    .option('--to <ID>', 'take back this push and all later ones')
    .option('--nodes [NAMES...]', 'these nodes only; without names: choose on a terminal')
    .option('--list', 'show which pushes can be taken back; changes nothing')
    .option('--dry-run', 'stop after the plan')
    .option('--yes', 'no question before the change, not even where the schema of the database moved')
    .option('--overwrite', 'undo what somebody changed on the nodes since, too')
    .option('--break-lock', 'remove the lock of a push that is known to be dead')
    .option('--json', 'with --list or --dry-run: print JSON')
    .action(run('rollback'));

  cli.command('lint').description('read any grafana.ini as Grafana does and say what is wrong with it; changes nothing')
    .argument('<FILE...>', 'the files; - is standard input')
    .option('--grafana-version <VERSION>', 'the version that reads them (default: the newest known)')
    .option('--defaults <FILE>', "that version's conf/defaults.ini: show the effective configuration")
    .option('--env <KEY=VALUE>', "a variable of Grafana's environment, with --defaults; repeatable", collect)
    .option('--show-secrets', 'do not mask passwords and keys')
    .option('--json', 'print one line of JSON a file')
    .option('--verbose', 'show the stack of an error')
    .action((files: readonly string[], options: object) => run('lint')({ ...options, files }));
  return cli;
}

/** The options of every command that logs in to nodes. */
function reachingNodes(command: Command): Command {
  return command
    .option('--file <PATH>', 'the cluster file', 'grafana-ha.ini')
    .option('--host-key <FINGERPRINT...>', 'accept this ssh host key (SHA256:…) without a question; repeatable')
    .option('--ask-sudo-password', "ask for sudo's password once")
    .option('--db-password <SOURCE>', "the database's password: env:NAME, file:PATH, command:WORDS or nodes")
    .option('--verbose', 'show the stack of an error');
}

/** A flag that takes one value each time, so that what follows is not swallowed. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function sslMode(): Option {
  return new Option('--ssl-mode <MODE>', 'TLS to the database')
    .choices(['verify-full', 'verify-ca', 'require', 'disable', 'true', 'skip-verify']);
}

/** Prints what went wrong on stderr and gives the exit code it means. */
function report(error: unknown, verbose: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Done : ExitCode.WrongUsage;
  if (!(error instanceof Error)) throw error;
  if (isUserError(error)) process.stderr.write(`${[error.message, error.hint].filter(Boolean).join('\n  ')}\n`);
  else process.stderr.write(`grafana-ha has a bug: ${error.message}\n  Please run it again with --verbose and send what it prints.\n`);
  if (verbose) process.stderr.write(`${error.stack}\n`);
  return isUserError(error) ? error.exitCode : ExitCode.Bug;
}
