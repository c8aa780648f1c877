import { UserError } from '../errors.ts';
import type { NodeConnection, RunAnswer, RunOptions } from '../world.ts';
import type { OpenConnection, OpenOutcome } from './openssh-connection.ts';
import { dialLater } from './openssh-dial.ts';

// A node that is down would otherwise cost every script that follows the time of a login.
const givenUpMs = 10_000;
const resumingMs = 60_000;

/** A connection that outlives its ssh: when that was lost, the next script or stream waits for a new login. `again` logs in without a question. */
export function lasting(first: OpenConnection, again: () => Promise<OpenOutcome>): NodeConnection {
  const { name } = first;
  let current = first;
  let closed = false;
  let resume: string | undefined;
  let refused: { readonly why: UserError; readonly until: number } | undefined;
  let renewing: Promise<OpenConnection> | undefined;
  let before: Promise<unknown> = Promise.resolve();

  function usable(): Promise<OpenConnection> {
    if (closed || !current.isLost()) return Promise.resolve(current);
    return (renewing ??= renew().finally(() => (renewing = undefined)));
  }

  async function renew(): Promise<OpenConnection> {
    if (refused !== undefined && performance.now() < refused.until) throw refused.why;
    const outcome = await again();
    if ('failure' in outcome) {
      refused = { why: new UserError(`${name}: the connection was lost, and a new one fails: ${outcome.failure.found}`, { hint: outcome.failure.hint }), until: performance.now() + givenUpMs };
      throw refused.why;
    }
    void current.close();
    current = outcome.connection;
    if (closed) await current.close();
    else if (resume !== undefined) await takeUp(resume);
    return current;
  }

  async function takeUp(script: string): Promise<void> {
    const { exitCode, stderr } = await current.run(script, { timeoutMs: resumingMs });
    if (exitCode === 0) return;
    closed = true;
    await current.close();
    throw new UserError(`${name}: the connection was lost, and in a new one the work cannot go on: ${stderr.trim() || `exit ${exitCode}`}`, { hint: 'try again' });
  }

  async function runOne(script: string, options: RunOptions = {}): Promise<RunAnswer> {
    const connection = await usable();
    try {
      return await connection.run(script, options);
    } catch (error) {
      if (options.repeatable !== true || !connection.isLost()) throw error;
      return (await usable()).run(script, options);
    }
  }

  return {
    name,
    host: first.host,
    ...(first.address === undefined ? {} : { address: first.address }),
    login: first.login,
    run(script, options) {
      const answer = before.then(() => runOne(script, options));
      before = answer.catch(() => {});
      return answer;
    },
    onReconnect: (script) => void (resume = script),
    dial: (address) => (closed || !current.isLost() ? current.dial(address) : dialLater(usable().then((connection) => connection.dial(address)))),
    close() {
      closed = true;
      return current.close();
    },
  };
}
