import { describe, expect, it } from 'vitest';
import { endStartScript, logScript, readLife, readServiceState, startScript, stopScript } from '../../src/shell/push-service.ts';

const unit = { unit: 'grafana-server', statePath: '/state' };
const lines = { ...unit, start: '/opt/g start', stop: '/opt/g stop', status: '/opt/g status' };

describe('readServiceState', () => {
  it.each([
    ['ActiveState=active\nSubState=running\nNRestarts=0', 'up'],
    ['ActiveState=activating\nSubState=start\nNRestarts=0', 'starting'],
    ['ActiveState=inactive\nSubState=dead\nNRestarts=0\nJob=417', 'starting'],
    ['ActiveState=inactive\nSubState=dead\nNRestarts=0\nJob=', 'down'],
    ['ActiveState=activating\nSubState=auto-restart\nNRestarts=0\nExecMainStatus=1', 'died'],
    ['ActiveState=activating\nSubState=auto-restart-queued\nNRestarts=0', 'died'],
    ['ActiveState=active\nSubState=running\nNRestarts=1', 'died'],
    ['ActiveState=failed\nSubState=failed\nNRestarts=5\nResult=exit-code', 'died'],
    ['status=0', 'up'],
    ['status=3', 'down'],
  ])('%s', (shown, kind) => {
    expect(readServiceState(`${shown}\n`).kind).toBe(kind);
  });
});

describe('readLife', () => {
  it.each([
    ['one that systemd starts', 'ActiveState=activating\nSubState=start\nNRestarts=0\nActiveEnterTimestampMonotonic=0\nnow=50.5', { starting: true }],
    ['one that waits for its next try', 'ActiveState=activating\nSubState=auto-restart\nNRestarts=2\nActiveEnterTimestampMonotonic=49000000\nnow=50.5', { starting: false }],
    ['one that runs', 'ActiveState=active\nSubState=running\nNRestarts=0\nActiveEnterTimestampMonotonic=49000000\nnow=50.5', { starting: false, activeFor: 1.5 }],
    ['one that systemd started again', 'ActiveState=active\nSubState=running\nNRestarts=1\nActiveEnterTimestampMonotonic=49000000\nnow=50.5', { starting: false, activeFor: 1.5, restartedAgo: 1.5 }],
    ['one without systemd', '', undefined],
  ])('of %s', (_, shown, life) => {
    expect(readLife(shown)).toEqual(life);
  });
});

describe('the words for a service', () => {
  it('are systemd\'s, or the lines of the cluster file', () => {
    expect(startScript(unit, '/log')).toContain('systemctl --no-block start grafana-server');
    expect(stopScript(unit)).toMatch(/^systemctl stop grafana-server \|\| exit\n/);
    expect(startScript(lines, '/log')).toMatch(/\/opt\/g start$/);
    expect(startScript(lines, '/log')).not.toContain('systemctl');
    expect(stopScript(lines)).toMatch(/^\( \/opt\/g status \) .* exit 0\n\/opt\/g stop\n/);
  });

  it.each(['grafana-server', 'grafana-server.service'])('lift the limits of %s until the start is over', (name) => {
    const dropIn = '/run/systemd/system/grafana-server.service.d/zz-grafana-ha.conf';
    expect(startScript({ ...unit, unit: name }, '/log')).toContain(`> ${dropIn}\n`);
    expect(endStartScript({ ...unit, unit: name })).toContain(`rm -f ${dropIn}\n`);
  });

  it('ask for the log since the mark', () => {
    expect(logScript(unit, { mark: '1700000000 0\n', file: '/log' })).toContain('journalctl -u grafana-server --since @1700000000');
    expect(logScript(lines, { mark: '1700000000 41\n', file: '/var/log/g' })).toBe('tail -c +42 /var/log/g | tail -n 200');
  });
});
