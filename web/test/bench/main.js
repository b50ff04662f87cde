/**
 * Measures our client in a real browser beside PeerJS's, in one run on one machine:
 *
 *     node web/test/bench/main.js [--only load,connect,channel,file,page] [--rounds 15] [--delay 25]
 *         [--browser chromium|firefox] [--steady] [--json FILE]
 *
 * What is what, and what came out: README.md beside this file.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loads, measureChannel } from './channel.js';
import { measureConnect } from './connect.js';
import { measureFile } from './file.js';
import { table } from './figures.js';
import { measureLoad } from './load.js';
import { measurePage } from './page.js';
import { Place } from './place.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'load,connect,channel,file,page' },
    rounds: { type: 'string', default: '15' },
    delay: { type: 'string', default: '25' },
    browser: { type: 'string', default: 'chromium' },
    steady: { type: 'boolean', default: false },
    json: { type: 'string', default: '' },
  },
});
const rounds = Number(options.rounds);
const delay = Number(options.delay);
const warmup = Math.min(3, rounds);
const chromium = options.browser === 'chromium';

/** @typedef {import('./figures.js').Summary} Summary */

/** One table of a measurement, and its figures for machines. @typedef {{title: string, text: string, figures: unknown}} Result */

/** @type {Record<string, (place: Place) => Promise<Result[]>>} */
const sections = {
  load: async (place) => [
    await load(place, 'First visit: nothing in the cache', { warm: false, far: false }),
    await load(place, 'Next visit: all in the cache, each file asked for', { warm: true, far: false }),
    await load(place, `First visit, ${delay} ms away from the servers`, { warm: false, far: true }),
    await load(place, `Next visit, ${delay} ms away`, { warm: true, far: true }),
  ],
  connect: async (place) => [
    await connect(place, 'From Connect to an open channel: the first call of two tabs', { first: true, far: false }),
    await connect(place, 'The calls after it', { first: false, far: false }),
    await connect(place, `The first call, ${delay} ms away from the server: two trips of ${2 * delay} ms that nobody can save`, { first: true, far: true }),
    await connect(place, `The calls after it, ${delay} ms away`, { first: false, far: true }),
  ],
  channel: async (place) => {
    const results = [];
    for (const each of loads) results.push(await channel(place, each));
    return results;
  },
  file: async (place) => [await file(place, 5_000_000, rounds), await file(place, 200_000_000, Math.ceil(rounds / 3))],
  page: async (place) => (chromium ? [await page(place)] : []),
};

/** @param {Place} place @param {string} title @param {{warm: boolean, far: boolean}} how @returns {Promise<Result>} */
async function load(place, title, how) {
  const figures = await measureLoad(place, { rounds, warmup: 1, ...how });
  const theirs = figures['peerjs, library alone'].ready.median;
  const rows = Object.entries(figures).map(([name, { requests, bytes, ready }]) =>
    [name, requests.median, bytes.median, ...spread(ready), ready.median / theirs]);
  return { title, text: table(['', 'requests', 'bytes', 'min ms', 'median', 'p90', 'of peerjs'], rows), figures };
}

/** @param {Place} place @param {string} title @param {{first: boolean, far: boolean}} how @returns {Promise<Result>} */
async function connect(place, title, how) {
  const figures = await measureConnect(place, { rounds, warmup, ...how });
  const rows = Object.entries(figures).map(([name, { ms }]) => [name, ...spread(ms), ms.median / figures.peerjs.ms.median]);
  return { title, text: table(['', 'min ms', 'median', 'p90', 'of peerjs'], rows), figures };
}

/** @param {Place} place @param {{size: number, count: number}} each @returns {Promise<Result>} */
async function channel(place, each) {
  const figures = await measureChannel(place, { rounds, warmup, ...each });
  const bare = figures['bare RTCDataChannel'].perSecond.median;
  const rows = Object.entries(figures).map(([name, { perSecond, sending, receiving }]) => [
    name, ...spread(perSecond), (perSecond.median * each.size) / 1e6, perSecond.median / bare, sending.min, sending.median, receiving.min, receiving.median,
  ]);
  const head = ['', 'min /s', 'median', 'p90', 'MB/s', 'of bare', 'send µs min', 'median', 'receive µs min', 'median'];
  return { title: `Messages of ${each.size} bytes through one channel; main-thread CPU for each`, text: table(head, rows), figures };
}

/** @param {Place} place @param {number} size in bytes @param {number} rounds @returns {Promise<Result>} */
async function file(place, size, rounds) {
  const figures = await measureFile(place, { rounds, warmup: 1, size });
  const bare = figures['bare RTCDataChannel'].perSecond.median;
  const rows = Object.entries(figures).map(([name, { perSecond, sender, receiver, cpu }]) => [
    name, ...spread(perSecond).map((bytes) => bytes / 1e6), perSecond.median / bare, cpu.median, sender.median / 1e6, receiver.median / 1e6,
  ]);
  const head = ['', 'min MB/s', 'median', 'p90', 'of bare', 'CPU s', 'sender MB', 'receiver MB'];
  return { title: `A file of ${size / 1e6} MB; CPU of both main threads, memory of each`, text: table(head, rows), figures };
}

/** @param {Place} place @returns {Promise<Result>} */
async function page(place) {
  const figures = [];
  for (const users of [0, 1_000, 5_000]) figures.push({ users, ...await measurePage(place, { users, storm: users ? 500 : 0, spread: 5_000 }) });
  const rows = figures.map(({ users, entering, watching }) =>
    [`${users} others`, entering.starting, entering.longest, entering.busy, watching?.longest ?? '', watching?.busy ?? '']);
  const head = ['', 'modules ms', 'longest task', 'all tasks', 'storm: longest', 'all tasks'];
  return { title: 'The main thread of the chat page, CPU: loading and logging in; then 500 leave and 500 come in 5 s', text: table(head, rows), figures };
}

/** @param {Summary} summary */
function spread({ min, median, p90 }) {
  return [min, median, p90];
}

const place = await Place.open({ browser: chromium ? 'chromium' : 'firefox', steady: options.steady, delay });
const results = /** @type {Result[]} */ ([]);
try {
  console.log(`${await place.browser.version()}, ${rounds} rounds in turns, beckon.v1 and npm peerjs with npm peer`);
  for (const name of options.only.split(',')) {
    if (!(name in sections)) throw new Error(`--only takes ${Object.keys(sections).join(', ')}, not "${name}"`);
    for (const result of await sections[name](place)) {
      results.push(result);
      console.log(`\n${result.title}\n${result.text}`);
    }
  }
} finally {
  await place.close();
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(results.map(({ title, figures }) => ({ title, figures })), null, 2)}\n`);
