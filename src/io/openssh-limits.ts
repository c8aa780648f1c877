/** A time limit that stands still while a person is asked. */
export interface Limit {
  pause(): void;
  resume(): void;
  /** Ends it; `true` when time was up before. */
  end(): boolean;
}

export function startLimit(milliseconds: number, over: () => void): Limit {
  let left = milliseconds;
  let since = performance.now();
  let expired = false;
  let pauses = 0;
  const start = () => setTimeout(() => {
    expired = true;
    over();
  }, left);
  let timer = start();
  return {
    pause() {
      pauses += 1;
      if (pauses > 1) return;
      clearTimeout(timer);
      left -= performance.now() - since;
    },
    resume() {
      pauses -= 1;
      if (pauses > 0) return;
      since = performance.now();
      timer = start();
    },
    end() {
      clearTimeout(timer);
      return expired;
    },
  };
}

/** Lets at most `most` hold a place of the same name at once; the answer gives the place back. */
export function makePlaces(most: number): (name: string) => Promise<() => void> {
  const places = new Map<string, { taken: number; readonly queue: (() => void)[] }>();
  return async (name) => {
    const place = places.get(name) ?? { taken: 0, queue: [] };
    places.set(name, place);
    if (place.taken >= most) await new Promise<void>((resolve) => place.queue.push(resolve));
    else place.taken += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = place.queue.shift();
      if (next) next();
      else place.taken -= 1;
    };
  };
}
