/**
 * Fills `{{name}}` in an ini template. A setting whose value is missing goes, and so do the comments right above it and
 * a section without settings. Throws when the template has no place for a value.
 */
export function fillTemplate(template: string, values: ReadonlyMap<string, string>): string {
  const used = new Set<string>();
  const fill = (line: string) => line.replace(/\{\{([\w.]+)\}\}/g, (_whole, name: string) => {
    used.add(name);
    return values.get(name) ?? '';
  });
  const isMissing = (line: string) => [...line.matchAll(/\{\{([\w.]+)\}\}/g)].some(([, name]) => !values.has(name!));
  const paragraphs = template.trimEnd().split(/\n{2,}/).flatMap((paragraph) => {
    const lines = keepWhole(paragraph.split('\n'), isMissing);
    return lines.some((line) => !/^\[/.test(line)) ? [lines.map(fill).join('\n')] : [];
  });
  const homeless = [...values.keys()].filter((name) => !used.has(name));
  if (homeless.length > 0) throw new Error(`the template has no place for ${homeless.join(', ')}`);
  return `${paragraphs.join('\n\n')}\n`;
}

function keepWhole(lines: readonly string[], isMissing: (line: string) => boolean): readonly string[] {
  const kept: string[] = [];
  for (const line of lines) {
    if (!isMissing(line)) kept.push(line);
    else while (kept.at(-1)?.startsWith(';')) kept.pop();
  }
  return kept;
}
