/** What Grafana's migrations and its daily work need on its own database. */
export const neededPrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'DROP', 'INDEX', 'REFERENCES'] as const;

export interface GrantsReading {
  /** Of `neededPrivileges`, those that no line gives. */
  readonly missing: readonly string[];
  /** A role is granted; what it gives is not in these lines. */
  readonly hasRole: boolean;
}

/** Reads the lines of SHOW GRANTS for what they allow on one database. */
export function readGrants(lines: readonly string[], database: string): GrantsReading {
  const given = new Set<string>();
  let hasRole = false;
  for (const line of lines) {
    const match = /^GRANT (.+?) ON (?:TABLE )?(\S+)\.\* TO /i.exec(line);
    if (match === null) hasRole ||= /^GRANT (?!.* ON )/i.test(line);
    else if (covers(match[2]!, database)) match[1]!.split(/,\s*/).forEach((privilege) => given.add(privilege.trim().toUpperCase()));
  }
  const all = given.has('ALL PRIVILEGES') || given.has('ALL');
  return { missing: all ? [] : neededPrivileges.filter((privilege) => !given.has(privilege)), hasRole };
}

/** A granted database is a LIKE pattern: `_` and `%` are wild unless escaped. */
function covers(granted: string, database: string): boolean {
  if (granted === '*') return true;
  const pattern = granted.replace(/^[`'"]|[`'"]$/g, '').replace(/\\?[\s\S]/g, (part) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    return part.slice(-1).replace(/[.*+?^${}()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${pattern}$`).test(database);
}
