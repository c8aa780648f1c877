/** One row of an answer. */
export type Row = Readonly<Record<string, unknown>>;

/** A number of a row; undefined: there is none. */
export function numberOf(row: Row, name: string): number | undefined {
  const value = row[name];
  if (value === null || value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** A text of a row that is not empty; undefined: there is none. */
export function textOf(row: Row, name: string): string | undefined {
  const value = row[name];
  return value === null || value === undefined || String(value) === '' ? undefined : String(value);
}

/** Words of a list that the server joined with blanks. */
export function wordsOf(row: Row, name: string): readonly string[] {
  return (textOf(row, name) ?? '').split(' ').filter((word) => word !== '');
}
