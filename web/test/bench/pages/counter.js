/** Counts messages up to a number that is awaited. */
export function counter() {
  let seen = 0;
  let awaited = Infinity;
  let done = () => {};
  let arrived = Promise.resolve(0);
  return {
    /** @param {unknown} _ */
    count: (_) => { if (++seen === awaited) done(); },
    /** @param {number} number */
    expect(number) {
      seen = 0;
      awaited = number;
      arrived = new Promise((resolve) => { done = () => resolve(performance.timeOrigin + performance.now()); });
    },
    /** When the last of them had come, in ms since the epoch. */
    arrived: () => arrived,
  };
}
