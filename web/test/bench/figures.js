/** What is made of many measurements. */

/**
 * @typedef {object} Summary
 * @property {number} n
 * @property {number} min
 * @property {number} median
 * @property {number} p90
 */

/**
 * @param {number[]} values  at least one
 * @returns {Summary}
 */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  const middle = sorted.length / 2;
  const median = sorted.length % 2 ? at(0.5) : (sorted[middle - 1] + sorted[middle]) / 2;
  return { n: sorted.length, min: sorted[0], median, p90: at(0.9) };
}

/**
 * Runs the contenders in turns, each time in another order than the last, so that what else the machine does hits all of
 * them alike. The first rounds warm up and do not count.
 *
 * @template {string} K  a contender
 * @template {string} F  a figure that is taken of each
 * @param {Record<K, () => Promise<Record<F, number>>>} contenders  each makes one measurement
 * @param {{rounds: number, warmup: number}} options
 * @returns {Promise<Record<K, Record<F, Summary>>>}
 */
export async function inTurns(contenders, { rounds, warmup }) {
  const names = /** @type {K[]} */ (Object.keys(contenders));
  const taken = new Map(names.map((name) => [name, /** @type {Record<F, number>[]} */ ([])]));
  for (let round = -warmup; round < rounds; round++) {
    for (const name of round % 2 ? names : [...names].reverse()) {
      const figures = await contenders[name]();
      if (round >= 0) taken.get(name)?.push(figures);
    }
  }
  return /** @type {any} */ (Object.fromEntries(names.map((name) => [name, summaries(taken.get(name) ?? [])])));
}

/** @param {Record<string, number>[]} all */
function summaries(all) {
  return Object.fromEntries(Object.keys(all[0]).map((figure) => [figure, summary(all.map((figures) => figures[figure]))]));
}

/**
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map((cell) => (typeof cell === 'number' ? number(cell) : String(cell))));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')).join('\n');
}

/** @param {number} value */
function number(value) {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
