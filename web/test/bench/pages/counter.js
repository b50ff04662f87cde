/** Counts messages, or their bytes, up to a number that is awaited. */
export function counter() {
  let seen = 0;
  let awaited = Infinity;
  let bytes = false;
  let done = () => {};
  let arrived = Promise.resolve(0);
  return {
    /** @param {any} data of a message: to read it is part of receiving it */
    count: (data) => {
      seen += bytes ? data.byteLength ?? data.size ?? data.length : 1;
      if (seen === awaited) done();
    },
    /** @param {number} number @param {'messages' | 'bytes'} [what] */
    expect(number, what = 'messages') {
      seen = 0;
      bytes = what === 'bytes';
      awaited = number;
      arrived = new Promise((resolve) => { done = () => resolve(performance.timeOrigin + performance.now()); });
    },
    /** When the last of them had come, in ms since the epoch. */
    arrived: () => arrived,
  };
}
