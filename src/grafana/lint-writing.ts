import { isSecretKey } from './catalogue-secrets.ts';
import { type LintFinding, shownKey, shownValue } from './lint-finding.ts';
import type { LintRule, Sight, WrittenSetting } from './lint-sight.ts';

/** Values that go-ini reads otherwise than they look. */
export const writingRules: readonly LintRule[] = [judgeComment, judgeQuotes, judgeLines, judgeEmpty].map(eachSetting);

type Rule = (setting: WrittenSetting, sight: Sight) => Omit<LintFinding, 'weight' | 'line' | 'section' | 'key'> | undefined;

function eachSetting(rule: Rule): LintRule {
  return (sight) => sight.written.flatMap((setting) => {
    const finding = rule(setting, sight);
    return finding === undefined ? [] : [{ ...finding, weight: 'warning' as const, line: setting.line, section: setting.section, key: shownKey(setting.key) }];
  });
}

const tripleQuoted = (key: string): string => `${key} = """VALUE"""`;

function judgeComment({ section, key, raw, scanned: { value: { comment, start } } }: WrittenSetting, { text }: Sight): ReturnType<Rule> {
  if (comment.start === comment.end || text.startsWith('"""', start) || text[start] === '`') return undefined;
  const mark = text[comment.start]!;
  const glued = comment.start > start && !/\s/.test(text[comment.start - 1]!);
  const said = text.slice(comment.start + 1, comment.end);
  const open = /^["']/.test(raw) && said.includes(raw[0]!);
  const secret = isSecretKey(section, key) && /^\S/.test(said);
  const peers = key === 'ha_peers' && /^\s*[\w.[-][^\s]*:\d+/.test(said);
  if (!glued && !open && !secret && !peers) return undefined;
  return {
    id: 'cut-value',
    found: `${shownValue(section, key, raw)}: ${mark} and all behind it is a comment${open ? ', in quotes too' : ''}`,
    expected: peers ? 'peers separated by commas' : 'the whole value, in three double quotes',
    hint: peers ? 'write , between the peers' : tripleQuoted(key),
  };
}

function judgeQuotes({ section, key, raw, scanned: { value: { start, comment } } }: WrittenSetting, { text }: Sight): ReturnType<Rule> {
  const quote = text[start];
  if (text.startsWith('"""', start) && text.length - start > 3) {
    return /"""\s*[#;]/.test(raw) ? { id: 'late-quote', found: 'a comment with """ in it behind the value: it is part of the value', expected: 'nothing behind the closing quotes', hint: tripleQuoted(key) } : undefined;
  }
  if (quote === '“' || quote === '‘' || quote === '”') return { id: 'odd-quote', found: `${quote}, which is part of the value`, expected: 'straight quotes', hint: tripleQuoted(key) };
  if ((quote !== '"' && quote !== "'") || raw[0] !== quote || comment.start !== comment.end) return undefined;
  const count = raw.split(quote).length - 1;
  // PostgreSQL's own quoting may hold an odd number: '…\'…'.
  if (count % 2 === 0 || (quote === "'" && count > 1 && raw.endsWith(quote))) return undefined;
  return { id: 'open-quote', found: `${shownValue(section, key, raw)}, with a quote that is never closed and stays part of the value`, expected: 'a closed quote', hint: tripleQuoted(key) };
}

/** Settings that a quote or a backslash took in. */
function judgeLines({ key, scanned }: WrittenSetting, { text }: Sight): ReturnType<Rule> {
  const [, ...taken] = text.slice(scanned.start, scanned.end).trimEnd().split('\n');
  const swallowed = taken.findIndex((line) => /^\s*(\[[\w.]+\]|[#;]|[A-Za-z_]\w*\s*=)/.test(line));
  if (swallowed === -1) return undefined;
  const quoted = text.startsWith('"""', scanned.value.start) || text[scanned.value.start] === '`';
  return {
    id: 'swallowed-lines',
    found: `${quoted ? 'a quote that closes only' : 'a backslash at the end, which goes on'} in line ${scanned.line + taken.length}: line ${scanned.line + 1 + swallowed} is part of the value`,
    expected: 'a value that ends on its line',
    hint: quoted ? `close the quote in line ${scanned.line}` : tripleQuoted(key),
  };
}

function judgeEmpty({ section, key, raw, line }: WrittenSetting, { defaultOf, written }: Sight): ReturnType<Rule> {
  const standing = defaultOf(section, key) ?? '';
  if (raw !== '' || standing === '' || written.some((other) => other.section === section && other.key === key && other.raw !== '')) return undefined;
  return {
    id: 'empty-value',
    found: `nothing, which Grafana skips: it stays ${shownValue(section, key, standing)}`,
    expected: 'a value',
    hint: `write what ${key} is to be, or take out line ${line}`,
  };
}
