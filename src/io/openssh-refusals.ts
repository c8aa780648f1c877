/** Words about refused streams, from the master that says them to the streams that wait for them. */
export interface Refusals {
  said(words: string): void;
  /** The oldest words nobody has taken; undefined when none come. */
  next(): Promise<string | undefined>;
}

// The master speaks before the stream ends. Words that nobody takes belonged to a stream that was given up.
const freshMs = 1_000;

export function makeRefusals(): Refusals {
  let untaken: { readonly words: string }[] = [];
  let waiting: ((words: string) => void)[] = [];
  return {
    said(words) {
      const first = waiting.shift();
      if (first) return first(words);
      const entry = { words };
      untaken.push(entry);
      setTimeout(() => (untaken = untaken.filter((each) => each !== entry)), freshMs).unref();
    },
    next() {
      const known = untaken.shift();
      if (known) return Promise.resolve(known.words);
      return new Promise((resolve) => {
        const take = (words: string | undefined) => {
          clearTimeout(late);
          waiting = waiting.filter((each) => each !== take);
          resolve(words);
        };
        const late = setTimeout(take, freshMs, undefined);
        waiting.push(take);
      });
    },
  };
}
