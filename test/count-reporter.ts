import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';

/** How a suite ended. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What failed and what it said: tests, hooks, files, and errors outside of them all. */
  readonly told: readonly string[];
}

/** Writes the `Count` of a run into a file. */
export class CountReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const all = modules.flatMap((module) => [...module.children.allTests()]);
    const told = [
      ...modules.flatMap((module) => [module, ...module.children.allSuites()].map((room) => [nameOf(module, room), room.errors()] as const)),
      ...all.map((test) => [nameOf(test.module, test), test.result().errors ?? []] as const),
      ...unhandled.map((error) => ['outside the tests', [error]] as const),
    ].flatMap(([name, errors]) => (errors.length === 0 ? [] : [[name, ...errors.map(({ message, stack }) => [message, ...placesOf(stack)].join('\n'))].join('\n')]));
    const count: Count = { passed: all.filter((test) => test.result().state === 'passed').length, failed: told.length, told };
    writeFileSync(this.#file, JSON.stringify(count));
  }
}

const nameOf = (module: TestModule, part: TestModule | TestSuite | TestCase): string => [relative(process.cwd(), module.moduleId), ...('fullName' in part ? [part.fullName] : [])].join(' > ');

/** Where it was, in our own files. */
const placesOf = (stack = ''): readonly string[] => stack.split('\n').filter((line) => line.includes(process.cwd()) && !line.includes('node_modules'));
