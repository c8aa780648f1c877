import { readRawIni } from '../grafana/read-ini.ts';
import { type Check, check, failed, passed } from './check.ts';
import { wholeCluster } from './subjects.ts';

/** The ini whose settings every node gets. */
export const baseSettingsChecks: readonly Check[] = [
  check({
    id: 'cluster.settings', group: 'cluster', about: wholeCluster,
    title: 'The ini whose settings every node gets is here, and Grafana can read it',
    why: 'Its settings go into the config of every node: a line that Grafana cannot read would keep all of them from starting.',
    fix: 'Name the file by settings = PATH under [cluster] of the cluster file, relative to it, and mend the line that is named; grafana-ha lint shows more.',
    judge: (_, { cluster: { settings }, facts: { local: { baseSettings } } }) => {
      if (settings === undefined || baseSettings === undefined) return undefined;
      if (!baseSettings.ok) return failed({ code: 'not-here', found: baseSettings.missing, expected: `a Grafana ini at ${settings}`, hint: `ls -l ${settings}` });
      const reading = readRawIni(baseSettings.text);
      return reading.ok ? passed() : failed({ code: 'unreadable', found: `${settings}:${reading.line}: ${reading.problem}`, expected: 'an ini that Grafana reads to its end', hint: `grafana-ha lint ${settings}` });
    },
  }),
];
