import type { Check } from '../checks/check.ts';
import type { Paint } from '../world.ts';

/** What a check means, why it matters and how to mend what it finds, in lines of at most `columns` characters. */
export function explainCheck({ id, title, why, fix }: Check, paint: Paint, columns: number): string {
  const width = Math.max(40, Math.min(columns, 100));
  return [
    paint('bold', id),
    line('means', `${title}.`, width),
    line('why', why, width),
    line('mend', fix, width),
    line('accept', `${id} = WHY (until DATE) under [ignore] of the cluster file; --ignore ${id} for this once`, width),
  ].join('\n');
}

const indent = 10;

function line(label: string, text: string, width: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && indent + last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return `  ${label.padEnd(indent - 2)}${lines.join(`\n${' '.repeat(indent)}`)}`;
}
