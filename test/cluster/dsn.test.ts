import { describe, expect, it } from 'vitest';
import { parseDsn } from '../../src/cluster/dsn.ts';

describe('parseDsn', () => {
  it.each([
    ['postgres://grafana@gdb.abc.rds.amazonaws.com/grafana', { type: 'postgres', address: { host: 'gdb.abc.rds.amazonaws.com', port: 5432 }, user: 'grafana', name: 'grafana' }],
    ['postgresql://db', { type: 'postgres', address: { host: 'db', port: 5432 } }],
    ['POSTGRES://db:5433/', { type: 'postgres', address: { host: 'db', port: 5433 } }],
    ['mysql://grafana@DB.example.com:3307/grafana_1', { type: 'mysql', address: { host: 'db.example.com', port: 3307 }, user: 'grafana', name: 'grafana_1' }],
    ['mysql://grafana@tcp(db:3306)/grafana', { type: 'mysql', address: { host: 'db', port: 3306 }, user: 'grafana', name: 'grafana' }],
    ['mysql://u@tcp([::1]:3306)/g', { type: 'mysql', address: { host: '::1', port: 3306 }, user: 'u', name: 'g' }],
    ['postgres://u@[2001:db8::1]:5432/g', { type: 'postgres', address: { host: '2001:db8::1', port: 5432 }, user: 'u', name: 'g' }],
    ['postgres://u%40corp@db/g', { type: 'postgres', address: { host: 'db', port: 5432 }, user: 'u@corp', name: 'g' }],
    ['  postgres://u:@db/g?  ', { type: 'postgres', address: { host: 'db', port: 5432 }, user: 'u', name: 'g' }],
  ])('reads %s', (text, value) => {
    expect(parseDsn(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['postgres://u@db/g?sslmode=disable', 'disable'],
    ['postgres://u@db/g?sslmode=require', 'require'],
    ['postgres://u@db/g?sslmode=verify-ca', 'verify-ca'],
    ['postgres://u@db?sslmode=verify-full', 'verify-full'],
    ['mysql://u@db/g?tls=true', 'true'],
    ['mysql://u@db/g?tls=skip-verify', 'skip-verify'],
    ['mysql://u@db/g?tls=false', 'disable'],
    ['mysql://u@db/g?ssl-mode=REQUIRED', 'skip-verify'],
    ['mysql://u@db/g?ssl-mode=verify_identity', undefined],
    ['mysql://u@db/g?ssl-mode=VERIFY_IDENTITY', 'true'],
  ])('maps the TLS word of %s to %s', (text, sslMode) => {
    const parsed = parseDsn(text);
    expect(parsed.ok ? parsed.value.sslMode : undefined).toBe(sslMode);
  });

  it.each([
    ['postgres://u:hunter2@db/g', 'hunter2'],
    ['postgres://u:hunter%202%23%25@db/g', 'hunter 2#%'],
    ['mysql://u:p:w@x@db/g', 'p:w@x'],
    ['postgres://u:%C3%A9@db', 'é'],
    ['mysql://u:a(b@tcp(db:3306)/g', 'a(b'],
    ['mysql://u:a(b)c@tcp(db:3306)/g', 'a(b)c'],
  ])('wraps the password of %s', (text, password) => {
    const parsed = parseDsn(text);
    expect(parsed.ok ? parsed.value.password?.reveal() : undefined).toBe(password);
  });

  it.each([
    ['', 'does not begin'],
    ['grafana', 'does not begin'],
    ['user:hunter2@tcp(db)/g', 'does not begin'],
    ['sqlite:///var/lib/grafana.db', 'sqlite://'],
    ['jdbc:postgresql://db/g', 'jdbc:postgresql://'],
    ['mariadb://db/g', 'mariadb://'],
    ['postgres:///grafana', 'no host'],
    ['postgres://u@%2Fvar%2Frun/g', 'no host'],
    ['mysql://u@unix(/run/mysqld.sock)/g', 'no host'],
    ['postgres://u@db1,db2/g', 'several hosts'],
    ['postgres://u@x.cluster-ro-abc.eu-west-1.rds.amazonaws.com/g', 'reader endpoint'],
    ['postgres://u@db/g?target_session_attrs=standby', 'asks for a reader'],
    ['mysql://u@db/g?readOnly=true', 'asks for a reader'],
    ['postgres://u@db/g?host=/run', 'host was found'],
    ['postgres://u@db/g?password=hunter2', 'password was found'],
    ['postgres://u@db:99999/g', 'port 99999'],
    ['postgres://u@db/graf-ana', '"graf-ana"'],
    ['postgres://u@db/a/b', '"a/b"'],
    ['postgres://u%20v@db/g', 'a space'],
    ['mysql://a%3Ab@db/g', '":"'],
    ['postgres://u@db/g?sslmode=prefer', 'sslmode=prefer'],
    ['mysql://u@db/g?tls=preferred', 'tls=preferred'],
    ['mysql://u@db/g?ssl-mode=VERIFY_CA', 'VERIFY_CA'],
    ['mysql://u@db/g?sslmode=disable', 'sslmode'],
    ['mysql://u@db/g?tls=true&ssl-mode=DISABLED', 'second word'],
    ['postgres://u@db/g?sslmode=constructor', 'constructor'],
    ['postgres://u@db/g?constructor=name', 'constructor'],
    ['postgres://u@db/g?channel_binding=require', 'channel_binding'],
    ['postgres://u@db/g#x', '#'],
    ['postgres://u@db/%zz', '%'],
  ])('refuses %j and says what was found', (text, found) => {
    expect(parseDsn(text)).toMatchObject({ ok: false, problem: expect.stringContaining(found), hint: expect.stringMatching(/\w/) });
  });

  it.each([
    'postgres://u:hunter2', 'postgres://u:hunter2/w@db/g', 'postgres://u:hun?hunter2@db/g', 'postgres://u:hun#hunter2@db', 'postgres://u:hunter2%@db/g',
    'postgres//u:hunter2@db', 'mysql://u:hunter2@tcp(db:3306', 'postgres://u:x@hunter2/w@db', 'postgres://a b:hunter2@db', 'postgres://u:hunter2@/g', 'postgres://u:hunter2@db/g?x=hunter2',
  ])('does not repeat the password of %s', (text) => {
    const parsed = parseDsn(text);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });
});
