/** A configuration as a person, a unit and a container might write it together. */
export interface RandomConfig {
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly words: readonly string[];
}

type Random = () => number;

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Grafana shows these as they are; everything else is shown as Go prints a URL (RedactedValue of setting.go). */
const open = [['analytics', 'rudderstack_write_key'], ['analytics', 'rudderstack_sdk_url'], ['rudderstack', 'a'], ['rudderstack', 'b'], ['rudderstack.sub', 'a'], ['rudderstack.sub', 'c'], ['rudderstack-x', 'a'], ['rudderstack-x.y', 'd']] as const;
const plain = [['smtp', 'from_name'], ['smtp', 'ehlo_identity'], ['snapshots', 'external_snapshot_name'], ['external_image_storage.s3', 'bucket'], ['external_image_storage.s3', 'region'], ['auth.generic_oauth', 'name'], ['auth.github', 'allowed_organizations'], ['date_formats', 'full_date'], ['metrics.graphite', 'prefix']] as const;

const theFile = 'LAB-FILE';

const pieces = [
  'a', 'B', '7', ' ', '  ', '#', ';', '"', "'", '`', '\\', '=', ':', '%', '$', '{', '}', '%(a)s', '%(zzz)s', '${LAB_A}', '$__env{LAB_B}', '${HOSTNAME}', '${LAB_NONE}', theFile, '"""', 'ü', '€', '\u00a0', '\t', '[x]', '@', '/',
];

/** Makes a configuration of file, variables and arguments; one that Grafana refuses is welcome. `file`: a path that `$__file{}` may name. */
export function randomConfig(seed: number, file: string): RandomConfig {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const hostile = (): string => Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(pieces)).join('').replaceAll(theFile, `$__file{${file}}`);
  const tame = (): string => Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(['a', 'Z', '3', '-', '_', '.'])).join('');
  const written = (value: string): string => pick([value, value, `"${value}"`, `'${value}'`, `"""${value}"""`, `\`${value}\``, `${value} ; remark`]);

  const environment: Record<string, string> = { LAB_A: pick(['', 'from-a', 'x"y', '${LAB_B}', '%(b)s']), LAB_B: pick(['b # b', `$__file{${file}}`, 'b']) };
  const words: string[] = [];
  const sections = new Map<string, string[]>();
  for (const [section, key, value] of [...open.map((setting) => [...setting, hostile] as const), ...plain.map((setting) => [...setting, tame] as const)]) {
    if (random() < 0.6) sections.set(section, [...(sections.get(section) ?? []), `${key} ${pick(['=', ':', '='])} ${written(value())}`]);
    if (random() < 0.25) environment[`GF_${section.replace(/[.-]/g, '_')}_${key}`.toUpperCase()] = value();
    if (random() < 0.25) words.push(`cfg:${section}.${key}=${value().replaceAll('=', '')}`);
    if (random() < 0.25) words.push(`cfg:default.${section}.${key}=${value().replaceAll('=', '')}`);
  }
  const order = [...sections].toSorted(() => random() - 0.5);
  return { file: order.map(([section, lines]) => `[${section}]\n${lines.join('\n')}\n`).join(pick(['\n', '# a remark\n', ''])), environment, words };
}
