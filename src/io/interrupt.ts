const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that must not be cut in the middle: a signal that would end the process aborts `signal` meanwhile. */
export async function uninterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
