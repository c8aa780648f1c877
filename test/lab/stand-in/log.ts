type Field = string | number;

/** Writes a line to stdout in Grafana's logfmt. */
export function log(logger: string, level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, Field>> = {}): void {
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${written(value)}`);
  process.stdout.write(`logger=${logger} t=${new Date().toISOString().replace('Z', '000000Z')} level=${level}${message === '' ? '' : ` msg=${written(message)}`}${pairs.join('')}\n`);
}

function written(value: Field): string {
  const text = String(value);
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}
