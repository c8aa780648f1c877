import type { Duplex } from 'node:stream';
import type { Become, Target } from './cluster/cluster.ts';
import type { Secret } from './cluster/secret.ts';
import type { DatabaseDrivers } from './world/database.ts';
import type { Http } from './world/http.ts';
import type { RedisDriver } from './world/redis.ts';

/** Everything that touches the outside. Built once in context.ts, handed down, replaced by a fake in tests. */
export interface World {
  readonly screen: Screen;
  readonly prompt: Prompt;
  readonly files: Files;
  readonly clock: Clock;
  readonly local: Local;
  readonly database: DatabaseDrivers;
  readonly redis: RedisDriver;
  readonly http: Http;
  /** Connects to all targets at once, bounded by first hop; one outcome a target, in order. Never throws for a node. */
  connect(targets: readonly ConnectTarget[], options: ConnectOptions): Promise<readonly ConnectOutcome[]>;
  /** Runs work that must not be cut in the middle: Ctrl+C then aborts the signal instead of ending the process. */
  uninterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

// ---- the person

export interface Screen {
  /** A result, on stdout. */
  print(text: string): void;
  /** Progress and remarks, on stderr. */
  note(text: string): void;
  /** One line on stderr that replaces itself on a terminal; `done` fixes or (without text) removes it. Without a terminal each update is a line, unless `quiet`. */
  progress(text: string, options?: { readonly quiet?: boolean }): Progress;
  readonly paint: Paint;
  readonly columns: number;
}

export interface Progress {
  update(text: string): void;
  done(text?: string): void;
}

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

/** Every question resolves to undefined when Escape was pressed: the question before is wanted. Ctrl+C rejects with a UserError, exit 130. */
export interface Prompt {
  /** Whether there is a terminal to ask on. Every method below rejects with a UserError without one. */
  readonly available: boolean;
  text(question: TextQuestion): Promise<string | undefined>;
  secret(question: { readonly message: string }): Promise<Secret | undefined>;
  confirm(question: { readonly message: string; readonly default: boolean }): Promise<boolean | undefined>;
  select<Value extends string>(question: SelectQuestion<Value>): Promise<Value | undefined>;
}

export interface TextQuestion {
  readonly message: string;
  /** Taken when nothing is typed. */
  readonly default?: string;
  /** Put into the line, editable. */
  readonly prefill?: string;
  /** A sentence when the text is wrong; what was typed stays. Must not touch the outside. */
  readonly validate?: (text: string) => true | string;
  /** What stays on the screen as the answer; absent: the text. */
  readonly shown?: (text: string) => string;
}

export interface SelectQuestion<Value extends string> {
  readonly message: string;
  readonly choices: readonly { readonly value: Value; readonly name: string; readonly description?: string }[];
  readonly default?: Value;
}

// ---- this machine

export interface Files {
  /** Absolute form of a path; `~/` is the person's home. */
  resolve(path: string, base?: string): string;
  /** Undefined when there is no such file; other failures are UserErrors that name the path. */
  readText(path: string): Promise<string | undefined>;
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** Temp file and rename; folders are made. `mode` defaults to 0644, `folderMode` (of folders made) to 0755. */
  write(path: string, content: string | Uint8Array, options?: { readonly mode?: number; readonly folderMode?: number }): Promise<void>;
  /** All of standard input. */
  readStdin(): Promise<string>;
  /** A file of `templates/`. */
  template(name: string): Promise<string>;
}

export interface Clock {
  now(): Date;
  /** Milliseconds that only grow. */
  monotonic(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Local {
  readonly cwd: string;
  readonly home: string;
  readonly userName: string;
  readonly hostName: string;
  /** Names our process among all that this machine ever had; undefined where it cannot be told (only Linux can). */
  processName(): string | undefined;
  /** Whether a process of that name was one of this machine, could be seen from here, and has ended. */
  hasEnded(processName: string): boolean;
  env(name: string): string | undefined;
  /** Runs words without a shell; UserError when it cannot start, fails or takes too long. */
  run(words: readonly string[], options?: LocalRunOptions): Promise<{ readonly stdout: string }>;
  random(bytes: number): Uint8Array;
  /** Six hex digits, salted per run: tells secrets apart on a screen without telling what they are. */
  fingerprint(secret: Secret): string;
  sha256(content: string | Uint8Array): string;
  /** Undefined when the name does not resolve. */
  lookup(host: string): Promise<readonly string[] | undefined>;
}

export interface LocalRunOptions {
  /** Added to our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Absent: as long as it takes. */
  readonly timeoutMs?: number;
  /** Gets each line of its output, stdout and stderr, as it comes. */
  readonly onLine?: (line: string) => void;
}

// ---- the nodes

export interface ConnectTarget {
  readonly name: string;
  readonly target: Target;
  readonly become: Become;
}

export interface ConnectOptions {
  /** `ssh -F`. */
  readonly config?: string;
  readonly perHop: number;
  /** Fingerprints (`SHA256:…`) accepted without a question. */
  readonly hostKeys?: readonly string[];
  /** Ask for sudo's password when sudo wants one. */
  readonly askSudoPassword?: boolean;
  /** Told what each node's login is at, in a few words; its last word is `connected`, or why it is not. */
  readonly tell?: (name: string, doing: string) => void;
}

export type ConnectOutcome =
  | { readonly name: string; readonly connection: NodeConnection }
  | { readonly name: string; readonly failure: ConnectFailure };

/** Why a node cannot be used, in ssh's own words and ours. */
export interface ConnectFailure {
  readonly kind:
    | 'unknown-name' | 'unreachable' | 'refused' | 'timeout' | 'host-key-unknown' | 'host-key-changed'
    | 'login-refused' | 'sudo-wants-password' | 'sudo-wrong-password' | 'sudo-not-allowed' | 'no-shell' | 'other';
  /** One sentence: what was found. */
  readonly found: string;
  /** The next thing to type. */
  readonly hint: string;
}

/** One kept shell on a node, as root, with TCP streams over the same ssh connection. */
export interface NodeConnection {
  readonly name: string;
  /** What the user's ssh config makes of the target's host: an alias is known to ssh alone. */
  host(): Promise<string>;
  /** The node's own address that ssh came in by, where its sshd tells. */
  readonly address?: string;
  /** The user that logged in, and how it became root. */
  readonly login: { readonly user: string; readonly become: Exclude<Become, 'auto'> };
  /**
   * Runs a POSIX sh script, sent whole; its stdin is empty. Rejects only when the connection is lost or time is up. After a lost connection the
   * next script or stream gets a new login, without a question; what became of the script that was lost is not known.
   */
  run(script: string, options?: RunOptions): Promise<RunAnswer>;
  /** A script that runs first after every new login; when it fails, nothing more runs here. Undefined takes it back. */
  onReconnect?(script: string | undefined): void;
  /** A TCP connection opened by the node's sshd; ssh's own words come as its error. */
  dial(address: { readonly host: string; readonly port: number }): Duplex;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** It only looks, or may run twice: when the connection is lost, it runs once more in a new one. */
  readonly repeatable?: boolean;
}

export interface RunAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
