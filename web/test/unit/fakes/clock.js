// Virtual time: replaces the global timers, performance.now and Date.now for one
// test. Promises settle between any two timers, which node:test's own mock timers
// do not wait for (and older Node versions do not mock the date).

const realImmediate = setImmediate;

/**
 * @param {import('node:test').TestContext} t
 */
export function useClock(t) {
  const clock = new Clock();
  const real = { setTimeout, clearTimeout, now: Date.now, steady: performance.now };
  globalThis.setTimeout = (then, ms = 0) => clock.set(then, ms);
  globalThis.clearTimeout = (id) => clock.clear(id);
  Date.now = () => clock.now;
  Object.defineProperty(performance, 'now', { value: () => clock.steady, configurable: true });
  t.after(() => {
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    Date.now = real.now;
    Object.defineProperty(performance, 'now', { value: real.steady, configurable: true });
  });
  return clock;
}

class Clock {
  /** What timers go by, and performance.now: it only ever runs. */
  steady = 1_000_000;
  #offset = 1_700_000_000_000;
  #timers = new Map();

  /** What Date.now says: somebody may set it. */
  get now() {
    return this.steady + this.#offset;
  }

  /** Sets the date forward (or back) by `ms`. No time passes. */
  jump(ms) {
    this.#offset += ms;
  }

  /** Lets `ms` pass in which nothing runs, as in a suspended machine: timers are late then. */
  async sleep(ms) {
    this.steady += ms;
    await this.advance(0);
  }

  set(then, ms) {
    const id = {}; // of this clock alone: what is late in a test must not clear the next one's timers
    this.#timers.set(id, { at: this.steady + Math.max(0, ms), then });
    return id;
  }

  clear(id) {
    this.#timers.delete(id);
  }

  /** How many timers are waiting. */
  get pending() {
    return this.#timers.size;
  }

  /** Lets `ms` of time pass, timer by timer. */
  async advance(ms) {
    const end = this.steady + ms;
    await settle();
    for (let due = this.#next(end); due; due = this.#next(end)) {
      const [id, { at, then }] = due;
      this.#timers.delete(id);
      this.steady = Math.max(this.steady, at);
      then();
      await settle();
    }
    this.steady = end;
  }

  /** The earliest timer up to `end`; of equals the oldest. */
  #next(end) {
    let first;
    for (const entry of this.#timers) {
      if (entry[1].at <= end && (!first || entry[1].at < first[1].at)) first = entry;
    }
    return first;
  }
}

/** Lets every promise that can settle do so. */
export function settle() {
  return new Promise((resolve) => realImmediate(resolve));
}
