import { describe, expect, it } from 'vitest';
import { neededPrivileges, readGrants } from '../../src/grafana/mysql-grants.ts';

const to = "TO `grafana`@`%`";

describe('SHOW GRANTS', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['all on the database', [`GRANT USAGE ON *.* ${to}`, `GRANT ALL PRIVILEGES ON \`grafana\`.* ${to}`], []],
    ['all on everything', [`GRANT ALL PRIVILEGES ON *.* ${to} WITH GRANT OPTION`], []],
    ['all, with the wild underscore escaped', [`GRANT ALL PRIVILEGES ON \`gr\\_fana\`.* ${to}`], [...neededPrivileges]],
    ['all, by a pattern', [`GRANT ALL PRIVILEGES ON \`graf%\`.* ${to}`], []],
    ['all on another database', [`GRANT ALL PRIVILEGES ON \`other\`.* ${to}`], [...neededPrivileges]],
    ['each by name, over two lines', [`GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER ON *.* ${to}`, `GRANT DROP, INDEX, REFERENCES ON \`grafana\`.* ${to}`], []],
    ['too few', [`GRANT SELECT, INSERT, UPDATE, DELETE ON \`grafana\`.* ${to}`], ['CREATE', 'ALTER', 'DROP', 'INDEX', 'REFERENCES']],
    ['one table only', [`GRANT ALL PRIVILEGES ON \`grafana\`.\`user\` ${to}`], [...neededPrivileges]],
  ])('with %s', (_, lines, missing) => {
    expect(readGrants(lines, 'grafana')).toEqual({ missing, hasRole: false });
  });

  it.each([`GRANT \`grafana_role\`@\`%\` ${to}`, `GRANT \`grafana_role\` ${to}`])('knows a role in %s', (line) => {
    expect(readGrants([line], 'grafana').hasRole).toBe(true);
  });
});
