// Randomness that can be had again.

/** Numbers in [0, 1) that are the same for the same seed. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
