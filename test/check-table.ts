/** `npm run check-table`: writes the README's table of checks from their definitions. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { everyCheck } from '../src/checks/every-check.ts';

export const checkTable = ['| check | true when it passes |', '| --- | --- |', ...everyCheck.map(({ id, title }) => `| \`${id}\` | ${title} |`)].join('\n');

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = join(import.meta.dirname, '../README.md');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/(\n## What is checked\n[\s\S]*?\n)(\|.*\n)+/, (_, before: string) => `${before}${checkTable}\n`));
}
