const seconds: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400, w: 604_800, month: 2_629_800, y: 31_557_600 };

/** Seconds of a time as systemctl shows it, such as `1min 30s`; undefined for `infinity` and anything else. */
export function parseTimeSpan(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|min|h|d|w|month|y)(?:\s+|$)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * seconds[unit!]!, 0);
}
