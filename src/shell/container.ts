import type { ContainerFacts } from '../facts.ts';

/** A container as `docker inspect` and `podman inspect` tell it. */
export interface Container {
  readonly facts: ContainerFacts;
  readonly running: boolean;
  /** What its entry point hands to Grafana; nothing else of it is known from outside. */
  readonly words: readonly string[];
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** Reads the answer of `inspect NAME`; undefined when it is not that. */
export function parseContainer(engine: string, json: string): Container | undefined {
  const [inspected] = readArray(json);
  const [config, state] = [asRecord(inspected?.['Config']), asRecord(inspected?.['State'])];
  if (inspected === undefined || config === undefined) return undefined;
  const variables = strings(config['Env']).flatMap((entry) => {
    const at = entry.indexOf('=');
    return at > 0 ? [{ name: entry.slice(0, at), value: entry.slice(at + 1) }] : [];
  });
  const words = [...strings(config['Entrypoint']), ...strings(config['Cmd'])];
  const configPath = words.map((word) => /^--?config=(.+)$/.exec(word)?.[1]).findLast((path) => path !== undefined)
    ?? variables.findLast(({ name }) => name === 'GF_PATHS_CONFIG')?.value ?? '/etc/grafana/grafana.ini';
  const hostConfigPath = onHost(configPath, list(inspected['Mounts']));
  return {
    facts: {
      engine, configPath,
      name: String(inspected['Name'] ?? '').replace(/^\//, ''),
      image: String(config['Image'] ?? ''),
      ...(hostConfigPath === undefined ? {} : { hostConfigPath }),
    },
    running: state?.['Running'] === true,
    words: [...words, ...pathArguments(variables)],
    variables: variables.map((variable) => fromFile(variable, list(inspected['Mounts']))),
  };
}

/** The image's run.sh hands the paths on as arguments (grafana/packaging/docker/run.sh). */
function pathArguments(variables: Container['variables']): readonly string[] {
  return ['data', 'logs', 'plugins', 'provisioning'].flatMap((key) => {
    const value = variables.findLast(({ name }) => name === `GF_PATHS_${key.toUpperCase()}`)?.value;
    return value === undefined ? [] : [`cfg:default.paths.${key}=${value}`];
  });
}

/** run.sh turns GF_X__FILE=PATH into GF_X with what the file holds. */
function fromFile(variable: Container['variables'][number], mounts: readonly unknown[]): Container['variables'][number] {
  const name = /^(GF_\w+)__FILE$/.exec(variable.name)?.[1];
  return name === undefined ? variable : { name, value: `$__file{${onHost(variable.value, mounts) ?? variable.value}}` };
}

/** The longest mount that holds the path counts. */
function onHost(path: string, mounts: readonly unknown[]): string | undefined {
  const holding = mounts.flatMap((mount) => {
    const { Source: source, Destination: destination } = asRecord(mount) ?? {};
    if (typeof source !== 'string' || typeof destination !== 'string') return [];
    return path === destination || path.startsWith(`${destination.replace(/\/$/, '')}/`) ? [{ source, destination }] : [];
  });
  const nearest = holding.toSorted((a, b) => b.destination.length - a.destination.length)[0];
  return nearest === undefined ? undefined : nearest.source.replace(/\/$/, '') + path.slice(nearest.destination.replace(/\/$/, '').length);
}

function readArray(json: string): readonly (Readonly<Record<string, unknown>> | undefined)[] {
  try {
    return list(JSON.parse(json)).map(asRecord);
  } catch {
    return [];
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: unknown): readonly string[] {
  return list(value).filter((one) => typeof one === 'string');
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
