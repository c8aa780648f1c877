import type { GrafanaLayout } from '../cluster/cluster.ts';
import { raw, sh } from './quote.ts';
import type { Script } from './quote.ts';

/** `mark` is where the log stood before a start, as `startScript` printed it. */
export interface LogPlace {
  readonly mark: string;
  /** Log file of a Grafana that is not a systemd unit. */
  readonly file: string;
}

export type ServiceState =
  | { readonly kind: 'up' | 'starting' | 'down' }
  /** It ended by itself, whether or not the service manager means to try again. */
  | { readonly kind: 'died'; readonly how: string };

// One wrong start is one wrong login, and a migration may take longer than systemd's 90 s. /run is empty after a boot.
const patientStart = ['[Unit]', 'StartLimitIntervalSec=0', '[Service]', 'Restart=no', 'TimeoutStartSec=infinity'];

function dropInFolder({ unit }: GrafanaLayout): string {
  return `/run/systemd/system/${unit.endsWith('.service') ? unit : `${unit}.service`}.d`;
}

/** Starts Grafana without waiting for it and prints the mark of its log. Until `endStartScript`, systemd starts it this once, and waits as long as it takes. */
export function startScript(layout: GrafanaLayout, logFile: string): Script {
  const start = layout.start === undefined
    ? sh`set -e
[ -e ${layout.statePath}/pending ] || echo start > ${layout.statePath}/pending
mkdir -p ${dropInFolder(layout)}
printf '%s\n' ${patientStart} > ${dropInFolder(layout)}/zz-grafana-ha.conf
systemctl daemon-reload
systemctl reset-failed ${layout.unit} 2>/dev/null || :
systemctl --no-block start ${layout.unit}`
    : line(layout.start);
  return sh`echo "$(date +%s) $(wc -c < ${logFile} 2>/dev/null || echo 0)"
${raw(start)}`;
}

/** Gives systemd its own ways with Grafana back, unless a start is still going on: then the next push does, or a boot. */
export function endStartScript(layout: GrafanaLayout): Script {
  return layout.start === undefined
    ? sh`[ "$(systemctl show -p ActiveState --value ${layout.unit})" != activating ] || exit 0
rm -f ${dropInFolder(layout)}/zz-grafana-ha.conf
rmdir ${dropInFolder(layout)} 2>/dev/null || :
systemctl daemon-reload`
    : sh`:`;
}

/** Stops Grafana, unless it is stopped, and returns when it is gone; prints `killed` when systemd lost patience with it. */
export function stopScript(layout: GrafanaLayout): Script {
  if (layout.stop === undefined) {
    return sh`systemctl stop ${layout.unit} || exit
[ "$(systemctl show -p Result --value ${layout.unit})" != timeout ] || echo killed`;
  }
  if (layout.status === undefined) return sh`( ${raw(line(layout.stop))} ) || ! systemctl -q is-active ${layout.unit}`;
  return sh`( ${raw(line(layout.status))} ) >/dev/null 2>&1 || exit 0
${raw(line(layout.stop))}
i=0; while ( ${raw(line(layout.status))} ) >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 300 ] || exit 1; sleep 0.1; done`;
}

/** Prints what readServiceState reads. */
export function stateScript(layout: GrafanaLayout): Script {
  if (layout.status !== undefined) return sh`( ${raw(line(layout.status))} ) >/dev/null 2>&1; echo "status=$?"`;
  return sh`systemctl show -p ActiveState -p SubState -p NRestarts -p Result -p Job -p ExecMainStatus ${layout.unit}`;
}

/** What a service is at after a start; the counter of restarts begins at 0 with each start by hand. */
export function readServiceState(stdout: string): ServiceState {
  const shown = properties(stdout);
  const status = shown.get('status');
  if (status !== undefined) return { kind: status === '0' ? 'up' : 'down' };
  const ended = `exit ${shown.get('ExecMainStatus') ?? '?'}`;
  if (shown.get('ActiveState') === 'failed') return { kind: 'died', how: `${ended}, ${shown.get('Result')}` };
  if (shown.get('SubState')?.startsWith('auto-restart')) return { kind: 'died', how: ended };
  if (Number(shown.get('NRestarts') ?? 0) > 0) return { kind: 'died', how: 'systemd had to start it again' };
  if (shown.get('ActiveState') === 'active') return { kind: 'up' };
  const queued = (shown.get('Job') ?? '') !== '' && shown.get('Job') !== '0';
  return { kind: shown.get('ActiveState') === 'activating' || queued ? 'starting' : 'down' };
}

/** Prints what readLife reads. */
export function lifeScript(layout: GrafanaLayout): Script {
  if (layout.status !== undefined) return sh`:`;
  return sh`systemctl show -p ActiveState -p SubState -p NRestarts -p ActiveEnterTimestampMonotonic ${layout.unit}; echo "now=$(cut -d' ' -f1 /proc/uptime)"`;
}

/** How a service of another node lives. */
export interface Life {
  readonly starting: boolean;
  /** Seconds since systemd has called it active, which for a unit of Type=simple is when its program was started; undefined: it does not. */
  readonly activeFor?: number;
  /** Seconds since systemd started it again by itself; undefined: it did not. */
  readonly restartedAgo?: number;
}

/** Reads the answer to `lifeScript`; undefined: it says nothing. */
export function readLife(stdout: string): Life | undefined {
  const shown = properties(stdout);
  const state = shown.get('ActiveState');
  if (state === undefined) return undefined;
  const ago = Number(shown.get('now')) - Number(shown.get('ActiveEnterTimestampMonotonic')) / 1e6;
  const active = state === 'active' && Number.isFinite(ago);
  return {
    starting: state === 'activating' && shown.get('SubState')?.startsWith('auto-restart') !== true,
    ...(active ? { activeFor: ago } : {}), ...(active && Number(shown.get('NRestarts')) > 0 ? { restartedAgo: ago } : {}),
  };
}

/** Prints the log since the mark, at most 200 lines. */
export function logScript(layout: GrafanaLayout, { mark, file }: LogPlace): Script {
  const [seconds = '0', bytes = '0'] = mark.trim().split(' ');
  return layout.status === undefined
    ? sh`journalctl -u ${layout.unit} --since ${`@${seconds}`} -o cat --no-pager -n 200`
    : sh`tail -c ${`+${Number(bytes) + 1}`} ${file} | tail -n 200`;
}

function line(text: string): Script {
  return text as Script;
}

function properties(stdout: string): ReadonlyMap<string, string> {
  return new Map(stdout.split('\n').flatMap((text) => {
    const at = text.indexOf('=');
    return at < 0 ? [] : [[text.slice(0, at), text.slice(at + 1)] as const];
  }));
}
