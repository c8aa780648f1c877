import { createHash } from 'node:crypto';
import type { GrafanaLayout } from '../../src/cluster/cluster.ts';
import { framed } from '../../src/shell/frame.ts';
import { firstWord, parseAnswer } from '../../src/shell/framed-answer.ts';
import { accessScript } from '../../src/shell/host-access-script.ts';
import { careScript } from '../../src/shell/host-care-script.ts';
import { provisioningScript } from '../../src/shell/host-provisioning-script.ts';
import { hostScript } from '../../src/shell/host-script.ts';
import { configScript, contentsScript } from '../../src/shell/node-scripts.ts';
import { peersScript } from '../../src/shell/peers-script.ts';
import { listBackupsScript, readBackupsScript } from '../../src/shell/push-backups.ts';
import { asFoundScript, auditScript, restoreScript, settledScript, stageScript, swapScript, unstageScript } from '../../src/shell/push-files.ts';
import { breakLockScript, keepLockScript, lockScript, lookAtLockScript, takeOverScript, unlockScript } from '../../src/shell/push-lock.ts';
import { endStartScript, lifeScript, logScript, startScript, stateScript, stopScript } from '../../src/shell/push-service.ts';
import { keepKeyScript, rememberScript, stateFolderScript } from '../../src/shell/push-state.ts';
import { sh } from '../../src/shell/quote.ts';
import type { Script } from '../../src/shell/quote.ts';
import { relayScript } from '../../src/shell/relay-script.ts';
import { serviceScript } from '../../src/shell/service-script.ts';

export interface Odd {
  /** An existing folder with an odd name. */
  readonly folder: string;
  /** An odd name of a file or folder, the n-th of several. */
  readonly name: (n: number) => string;
  /** Any odd text, the n-th of several. */
  readonly word: (n: number) => string;
}

export interface Step {
  readonly script: Script;
  /** Says that values came through as they were: what the script prints must hold this. */
  readonly prints?: (stdout: string) => boolean;
  /** A file that must be there afterwards, with what it holds. */
  readonly leaves?: { readonly path: string; readonly content: string };
}

/** For every function in src/shell that makes a script: how it is given odd values. The steps of a case follow each other in one folder. */
export const cases: Readonly<Record<string, (odd: Odd) => readonly Step[]>> = {
  accessScript: ({ folder, name, word }) => [{ script: accessScript({ unit: word(0), user: word(1), paths: [folder, `${folder}/${name(2)}`] }) }],
  careScript: ({ folder, name }) => [{ script: careScript(`${folder}/${name(0)}`) }],
  provisioningScript: ({ folder, name }) => [{ script: provisioningScript(`${folder}/${name(0)}`) }],
  hostScript: ({ folder, name, word }) => [{ script: hostScript({
    unit: word(0), user: word(1), paths: [`${folder}/${name(2)}`], configPath: `${folder}/${name(3)}`, places: [{ what: 'data', path: `${folder}/${name(4)}` }], pid: 1,
    program: `${folder}/${name(5)}`, ports: [3000], provisioning: folder, alike: [{ name: word(6), path: `${folder}/${name(7)}` }],
  }) }],
  configScript: ({ folder, name, word }) => [
    auditStep(`${folder}/etc`, 'x'),
    { script: configScript({ config: `${folder}/etc/audit.jsonl`, homes: [`${folder}/${name(0)}`], secretsPath: folder, peers: [{ name: word(1), host: word(2) }], bundle: false }),
      prints: (stdout) => parseAnswer(stdout).text('text') === 'x\n' && parseAnswer(stdout).text('config') === `${folder}/etc/audit.jsonl` },
  ],
  contentsScript: ({ folder, name, word }) => [
    auditStep(folder, word(0)),
    { script: contentsScript({ files: [{ name: 'one', path: `${folder}/audit.jsonl` }, { name: word(1), path: `${folder}/${name(2)}` }], sqlite: `${folder}/${name(3)}`, plugins: `${folder}/${name(4)}` }),
      prints: (stdout) => parseAnswer(stdout).text('secret one') === `${word(0)}\n` },
  ],
  contents: (odd) => cases['contentsScript']!(odd),
  auditScript: ({ folder, word }) => [auditStep(`${folder}/state`, word(0))],
  stageScript: (odd) => pushSteps(odd).slice(0, 1),
  swapScript: (odd) => pushSteps(odd).slice(0, 2),
  restoreScript: (odd) => pushSteps(odd),
  framed: ({ word }) => [{ script: framed('end', sh`printf '%s\n' ${word(0)}`), prints: (stdout) => stdout === `${word(0)}\n\nend<0\n` }],
  asFoundScript: (odd) => [pushSteps(odd)[0]!, pushSteps(odd)[1]!, { script: asFoundScript([{ path: pushFiles(odd)[0]!.path, expectedSha256: sha256(odd.word(1)) }]) }],
  settledScript: ({ folder }) => [{ script: settledScript(pushPlace(folder)) }],
  listBackupsScript: (odd) => [pushSteps(odd)[0]!, { script: listBackupsScript(pushPlace(odd.folder).statePath), prints: (stdout) => [...parseAnswer(stdout).under('record').values()].includes(`${odd.name(2)}\n`) }],
  readBackupsScript: (odd) => [pushSteps(odd)[0]!, pushSteps(odd)[1]!, {
    script: readBackupsScript(pushPlace(odd.folder).statePath, [pushPlace(odd.folder).id, odd.word(5)]),
    prints: (stdout) => firstWord(parseAnswer(stdout).text(`now ${pushPlace(odd.folder).id} 0`)) === sha256(odd.word(1)),
  }],
  unstageScript: (odd) => [pushSteps(odd)[0]!, { script: unstageScript(pushPlace(odd.folder), pushFiles(odd)) }],
  lockScript: ({ folder, word }) => [lockStep(folder, word(0))],
  lookAtLockScript: ({ folder, word }) => [lockStep(folder, word(0)), { script: lookAtLockScript(folder), prints: (stdout) => stdout === `gone\n${word(0)}\n` }],
  takeOverScript: ({ folder, name, word }) => [lockStep(folder, word(0)), { script: takeOverScript(folder, word(0), word(1), [folder, `${folder}/${name(2)}`]), leaves: { path: `${folder}/lock/holder`, content: `${word(1)}\n` } }],
  keepLockScript: ({ folder, word }) => [lockStep(folder, word(0)), { script: keepLockScript(folder, word(0)) }],
  unlockScript: ({ folder, word }) => [lockStep(folder, word(0)), { script: unlockScript(folder, word(0)) }, { script: lookAtLockScript(folder), prints: (stdout) => stdout === '' }],
  breakLockScript: ({ folder, word }) => [lockStep(folder, word(0)), { script: breakLockScript(folder) }, { script: lookAtLockScript(folder), prints: (stdout) => stdout === '' }],
  // The lines start, stop and status of the cluster file are the operator's own commands, meant to be run.
  startScript: ({ folder, name, word }) => [{ script: startScript(layout(folder, word(0)), `${folder}/${name(1)}`) }],
  endStartScript: ({ folder, word }) => [{ script: endStartScript(layout(folder, word(0))) }],
  stopScript: ({ folder, word }) => [{ script: stopScript(layout(folder, word(0))) }],
  stateScript: ({ folder, word }) => [{ script: stateScript(layout(folder, word(0))) }],
  lifeScript: ({ folder, word }) => [{ script: lifeScript(layout(folder, word(0))) }],
  logScript: ({ folder, name, word }) => [
    { script: logScript(layout(folder, word(0)), { mark: `${word(1)} ${word(2)}`, file: `${folder}/${name(3)}` }) },
    { script: logScript({ ...layout(folder, word(0)), status: 'true' }, { mark: `0 ${word(2)}`, file: `${folder}/${name(3)}` }) },
  ],
  stateFolderScript: ({ folder }) => [{ script: stateFolderScript(folder) }],
  keepKeyScript: ({ folder, word }) => [{ script: keepKeyScript(folder, word(0)), prints: (stdout) => stdout === `${word(0)}\n` }],
  rememberScript: ({ folder, name, word }) => [auditStep(folder, word(0)), {
    script: rememberScript(folder, { path: `${folder}/audit.jsonl`, sha256: sha256(`${word(0)}\n`) }, name(1), { locked: true }),
  }, { script: stateFolderScript(folder), prints: (stdout) => parseAnswer(stdout).text('pushed/files') === `${name(1)}\n` }],
  peersScript: ({ word }) => [{ script: peersScript({
    layout: { unit: word(0) }, listen: [{ protocol: 'tcp', at: { host: word(1), port: 1 } }], expect: [{ protocol: 'udp', word: word(2) }],
    tries: [{ id: word(3), kind: 'connect', at: { host: word(4), port: 1 } }, { id: word(5), kind: 'ping', at: { host: word(6), port: 1 }, hex: word(7) }], seconds: 1,
  }) }],
  relayScript: ({ word }) => [{ script: relayScript({ host: word(0), port: 1 }) }],
  serviceScript: ({ word }) => [{ script: serviceScript(word(0), undefined) }],
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const layout = (folder: string, unit: string): GrafanaLayout => ({ unit, statePath: folder });

function auditStep(folder: string, line: string): Step {
  return { script: auditScript(folder, line, 10), leaves: { path: `${folder}/audit.jsonl`, content: `${line}\n` } };
}

function lockStep(folder: string, holder: string): Step {
  return { script: lockScript(folder, holder), leaves: { path: `${folder}/lock/holder`, content: `${holder}\n` } };
}

const pushPlace = (folder: string) => ({ id: '20270104T100000Z-ab12', statePath: `${folder}/state` });

function pushFiles({ folder, name, word }: Odd) {
  const owner = `${process.getuid?.() === 0 ? 65534 : process.getuid?.()}:${process.getuid?.() === 0 ? 65534 : process.getgid?.()}`;
  const content = word(1);
  return [{ path: `${folder}/etc/${name(0)}`, content, sha256: sha256(content), place: { kind: 'file' as const, owner, mode: '0640' } }];
}

function pushSteps(odd: Odd): readonly Step[] {
  const { folder, name, word } = odd;
  const files = pushFiles(odd);
  const path = files[0]!.path;
  return [
    { script: stageScript(pushPlace(folder), files, { record: name(2), pushed: name(3), config: { path } }), leaves: { path: `${folder}/state/backups/${pushPlace(folder).id}.record`, content: `${name(2)}\n\n\n${path}\n` } },
    { script: swapScript(pushPlace(folder), files, word(4)), leaves: { path, content: word(1) } },
    { script: restoreScript(pushPlace(folder), files) },
  ];
}
