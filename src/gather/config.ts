import type { ConfigFile, FileFacts, GrafanaFacts } from '../facts.ts';
import { type Answer, firstWord } from '../shell/framed-answer.ts';

/** What the second question to a node tells. */
export interface ConfigReading {
  readonly grafana?: GrafanaFacts;
  readonly config?: ConfigFile;
  /** Path that was looked at, whether or not a file is there. */
  readonly configPath: string;
  readonly homePath: string;
  readonly defaults?: string;
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly sourceAddresses: ReadonlyMap<string, string>;
  readonly addresses: readonly string[];
  readonly caBundle?: { readonly path: string; readonly pem: string };
}

/** Reads the answer to `configScript`. */
export function readConfig(answer: Answer): ConfigReading {
  const files = new Map([...answer.under('file-hash')].flatMap(([path, sha256]) => {
    const [owner = '', mode = '', modified = '0'] = (answer.text(`file-owner ${path}`) ?? '').trim().split(' ');
    return [[path, { path, sha256: firstWord(sha256) ?? '', owner, mode, modified: Number(modified) }] as const];
  }));
  const configPath = answer.text('config') ?? '';
  const facts = files.get(configPath);
  files.delete(configPath);
  const defaults = answer.text('defaults');
  const grafana = readGrafana(answer);
  const bundlePath = answer.text('bundle-path');
  return {
    configPath,
    homePath: answer.text('home') ?? '',
    ...(grafana === undefined ? {} : { grafana }),
    ...(defaults === undefined ? {} : { defaults }),
    ...(facts === undefined ? {} : {
      config: {
        ...facts,
        realPath: answer.text('real') ?? configPath,
        text: answer.text('text') ?? '',
        fileSystem: (answer.text('file-system') ?? '').trim(),
        mountPoint: isMountPoint(answer.text('real') ?? configPath, answer.text('mounts') ?? ''),
      },
    }),
    files,
    sourceAddresses: readSources(answer.text('routes') ?? ''),
    addresses: [...(answer.text('addresses') ?? '').matchAll(/\binet6? ([^\s/]+)/g)].map(([, address]) => address!),
    ...(bundlePath === undefined ? {} : { caBundle: { path: bundlePath, pem: answer.text('bundle') ?? '' } }),
  };
}

/** Field 5 of a line of mountinfo (man proc_pid_mountinfo). */
function isMountPoint(path: string, mounts: string): boolean {
  return mounts.split('\n').some((line) => line.split(' ')[4] === path);
}

function readSources(routes: string): ReadonlyMap<string, string> {
  const lines = new Map([...routes.matchAll(/^(\S+) (.*)$/gm)].map(([, peer, route]) => [peer!, route!]));
  return new Map([...lines].flatMap(([peer, route]) => {
    const source = /\bsrc (\S+)/.exec(route)?.[1];
    return source === undefined ? [] : [[peer, source] as const];
  }));
}

function readGrafana(answer: Answer): GrafanaFacts | undefined {
  const installed = /^grafana-enterprise \S+ installed$/m.test(answer.text('packages') ?? '');
  return parseVersionWords(answer.text('version') ?? '', installed, answer.text('home') ?? '');
}

/** `Version 12.2.0 (commit: …, branch: …, enterprise-commit: …)` or `grafana version 12.2.0`. */
export function parseVersionWords(said: string, isEnterprise: boolean, homePath: string): GrafanaFacts | undefined {
  const version = /version (\d+\.\d+\.\d+\S*)/i.exec(said)?.[1];
  if (version === undefined) return undefined;
  return { version, edition: isEnterprise || /enterprise-commit: [0-9a-f]/.test(said) ? 'enterprise' : 'oss', homePath };
}
