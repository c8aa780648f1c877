import { pathToFileURL } from 'node:url';
import { editIni } from '../../src/grafana/edit-ini.ts';
import { readIni } from '../../src/grafana/read-ini.ts';
import { median, ratio } from './median.ts';

export interface IniFigures {
  readonly readMs: number;
  readonly editMs: number;
  /** `JSON.parse` of a text of the same size. */
  readonly jsonMs: number;
}

const size = 2_000_000;
const rounds = 15;

/** Times reading and editing a 2 MB Grafana ini beside `JSON.parse` of as much JSON, and prints the medians. */
export function benchIni(): IniFigures {
  const text = makeIni();
  const json = makeJson();
  const changes = Array.from({ length: 20 }, (_, index) => ({ section: `section_${index * 10}`, key: index % 2 ? 'key_3' : 'new', written: 'changed' }));
  const [readMs, editMs, jsonMs] = timeEach([() => readIni(text), () => editIni(text, changes), () => JSON.parse(json) as unknown]);
  console.log(`A 2 MB ini, median of ${rounds}, beside JSON.parse of as much JSON (${jsonMs.toFixed(1)} ms)`);
  console.log(`  read       ${readMs.toFixed(1).padStart(6)} ms  ${ratio(readMs, jsonMs)}`);
  console.log(`  20 edits   ${editMs.toFixed(1).padStart(6)} ms  ${ratio(editMs, jsonMs)}`);
  return { readMs, editMs, jsonMs };
}

/** Settings, comments and commented defaults in about the mix of Grafana's sample.ini. */
function makeIni(): string {
  const lines: string[] = [];
  for (let length = 0, index = 0; length < size; index++) {
    const forms = [`;key_${index % 100} = some default`, `# What key_${index % 100} means, in a few words.`, `key_${index % 100} = value of ${index} ; why`, `key_${index % 100} = """p#${index}"""`];
    const line = index % 100 === 0 ? `\n[section_${index / 100}]` : forms[index % forms.length] ?? '';
    lines.push(line);
    length += line.length + 1;
  }
  return lines.join('\n');
}

function makeJson(): string {
  const item = { key: 'some key', value: 'a value with words', line: 12 };
  return JSON.stringify(Array.from({ length: Math.round(size / (JSON.stringify(item).length + 1)) }, () => item));
}

/** Side by side, so that a busy machine slows all of them alike. */
function timeEach(works: readonly [() => unknown, () => unknown, () => unknown]): readonly [number, number, number] {
  const times: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= rounds; round++) {
    works.forEach((work, index) => {
      const start = performance.now();
      work();
      if (round > 0) times[index]?.push(performance.now() - start);
    });
  }
  return [median(times[0]), median(times[1]), median(times[2])];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) benchIni();
