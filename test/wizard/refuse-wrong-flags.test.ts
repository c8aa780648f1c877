import { describe, expect, it } from 'vitest';
import { refuseWrongFlags } from '../../src/wizard/refuse-wrong-flags.ts';
import { UserError } from '../../src/errors.ts';

const where = { file: 'grafana-ha.ini', output: 'rendered' };

describe('flags that are wrong', () => {
  it.each([
    [{ node: ['a@h1'] }, '--node'],
    [{ node: ['a@h1', 'a@h1'] }, 'named twice'],
    [{ node: ['h1:99999', 'h2'] }, '99999'],
    [{ grafana: ['a.confg_path=/x'] }, 'confg_path'],
    [{ grafana: ['a.config_path=x'] }, 'a.config_path'],
    [{ grafana: ['x=1'] }, 'NODE.KEY=VALUE'],
    [{ dsn: 'postgres://u:hunter2@h/d' }, '--dsn: the URL holds a password'],
    [{ dsn: 'oracle://h' }, 'oracle'],
    [{ dbPassword: 'hunter2' }, '--db-password'],
    [{ adminPassword: 'hunter2' }, '--admin-password'],
    [{ rootUrl: 'ftp://g' }, '--root-url'],
    [{ gossipPort: '0' }, '--gossip-port'],
    [{ name: '-' }, '--name'],
    [{ from: ['h1', 'h1'] }, '--from'],
    [{ from: ['h1', 'h2'], node: ['h1', 'h2'] }, 'both name nodes'],
    [{ from: ['h1', 'h2'], push: true }, 'changes nothing'],
    [{ like: 'graf-a' }, '--from'],
  ])('are refused before anything is reached, exit 2: %j', (flags, found) => {
    try {
      refuseWrongFlags({ ...where, ...flags });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const { message, hint, exitCode } = error as UserError;
      expect({ exitCode, found: `${message} ${hint}`.includes(found), leaks: `${message} ${hint}`.includes('hunter2') }).toEqual({ exitCode: 2, found: true, leaks: false });
    }
  });

  it('leave right ones alone', () => {
    expect(() => refuseWrongFlags({ ...where, node: ['a=h1', 'b=ops@h2:22'], grafana: ['a.become=none', 'a.start=/x start --a=b'], dsn: 'mysql://u@h/d', dbPassword: 'command:pass show x', rootUrl: 'https://g.example.com/sub', gossipPort: '9095', name: 'prod' })).not.toThrow();
  });
});
