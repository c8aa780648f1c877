import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { clear, filesOf, fileWords, refusedLogins, run, secrets, soundFile, startScene, stateOf, stopScene, type BadInput, type Scene } from './bad-input-lab.ts';
import { secretsIn } from './spelled.ts';

export interface Refusal {
  readonly scene: () => Scene;
  /** Every bad input ends alike: its exit code, what was found, the next step, and nothing lost, started or told. */
  readonly refuses: (one: BadInput, reaches: boolean) => Promise<void>;
}

/** Starts a lab for the tests of one file, and stops it after them. */
export function startRefusal(): Refusal {
  let scene: Scene;
  /** As the hosts were left, while nothing but the program has touched them. */
  let left: readonly string[] | undefined;
  beforeAll(async () => {
    scene = await startScene();
    writeFileSync(scene.path('grafana-ha.ini'), soundFile(scene));
    expect((await run(scene, fileWords(scene, 'validate'))).exitCode).toBe(0); // the lab is sound, and the host keys are known from here on
  });
  afterAll(() => stopScene(scene));
  beforeEach(() => clear(scene));

  const refuses = async (one: BadInput, reaches: boolean): Promise<void> => {
    const mend = await one.before?.(scene);
    try {
      if (one.file !== undefined) writeFileSync(scene.path('grafana-ha.ini'), one.file(soundFile(scene), scene));
      const hosts = !reaches ? [] : one.before === undefined && left !== undefined ? left : await stateOf(scene);
      const [files, logins] = [filesOf(scene), refusedLogins(scene)];
      const { exitCode, stdout, stderr } = await run(scene, one.words(scene));
      const said = `${stdout}\n${stderr}`;
      expect(exitCode, said).toBe(one.exitCode);
      expect(said).toMatch(one.found);
      expect(said).toMatch(one.next);
      expect(said).not.toMatch(/^\s+at .*:\d+:\d+\)?$|has a bug|\bundefined\b|\[object /m);
      expect(secretsIn(said, Object.values(secrets))).toEqual([]);
      expect(filesOf(scene)).toEqual(files);
      if (reaches) left = await stateOf(scene);
      expect(reaches ? left : []).toEqual(hosts);
      expect(refusedLogins(scene) - logins).toBe(one.refusedLogins ?? 0);
    } finally {
      if (mend !== undefined) left = undefined;
      await mend?.();
    }
  };
  return { scene: () => scene, refuses };
}
