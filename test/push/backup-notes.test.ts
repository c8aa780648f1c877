import { describe, expect, it } from 'vitest';
import { filesLeft } from '../../src/push/backup-notes.ts';
import type { PreparedPush } from '../../src/push/prepare-push.ts';
import type { Pushed } from '../../src/plan/pushed.ts';
import { Secret } from '../../src/cluster/secret.ts';

describe('what a node is to remember of the files beside its config', () => {
  const path = '/etc/grafana/secrets/password';
  const left = (hash: string) => ({ configPath: '/etc/grafana/grafana.ini', config: '', files: { [path]: `keyed ${hash}` } });
  const memory = { isPending: false, isKeyNew: false, key: new Secret('k') };
  // The node writes its paths as its unit does.
  const written = path.replace('/grafana', '//grafana');
  const killed: Pushed = { last: left('h1'), interrupted: left('h2') };

  it.each<[string, PreparedPush['command'], Pushed | undefined, string | undefined, string | undefined]>([
    ['nothing of files that no push made', 'push', undefined, 'h1', undefined],
    ['what the last push left', 'push', { last: left('h1') }, 'h1', 'h1'],
    ['what a killed push had made live', 'push', killed, 'h2', 'h2'],
    ['what a killed push had not come to', 'push', killed, 'h1', 'h1'],
    ['what a hand made it, if a push leaves it so', 'push', { last: left('h1') }, 'h3', 'h3'],
    ['what a killed push had made live, when another one is taken back', 'rollback', killed, 'h2', 'h2'],
    ['what no hand made it, when another push is taken back', 'rollback', killed, 'h3', 'h1'],
    ['nothing of a file that is gone', 'push', { last: left('h1') }, undefined, undefined],
  ])('%s', (_, command, pushed, lies, remembered) => {
    expect(filesLeft({ command, memories: new Map([['node1', { ...memory, ...(pushed === undefined ? {} : { pushed }) }]]), keyedHash: (_node, hash) => `keyed ${hash}` }, 'node1', { files: new Map(lies === undefined ? [] : [[written, { path: written, sha256: lies, owner: 'root:grafana', mode: '640' }]]) })).toEqual(remembered === undefined ? {} : { [path]: `keyed ${remembered}` });
  });
});
