export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `1.23 ×` of the baseline. */
export function ratio(value: number, baseline: number): string {
  return `${(value / baseline).toFixed(2)} ×`;
}
