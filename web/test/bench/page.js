/** The main thread of the whole chat page: while it loads, in large rooms, and while many come and go. */
import { cpuMeter } from './cpu.js';
import { Crowd } from './crowd.js';
import { logInAtOnce, readChatAt } from './load.js';
import { pause } from '../e2e/fixture/wait.js';

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * What the main thread did: tasks by their own CPU time, so that what else the machine does is left out.
 *
 * @typedef {{busy: number, longest: number, starting: number}} Work  ms
 */

/** By this the page's main thread is found in a trace. */
const MARK = 'the page under test';

/**
 * Opens the page, logs in to a room of so many users, and then lets some of them go and others come.
 *
 * @param {import('./place.js').Place} place
 * @param {{users: number, storm: number, spread: number}} options
 *   storm: how many leave, and as many come, in so many ms
 */
export async function measurePage(place, { users, storm, spread }) {
  const room = `bench ${users} ${performance.now()}`;
  const crowd = new Crowd(`${place.server.socketUrl}/ws`, room);
  await crowd.come(users);
  const context = await place.browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await logInAtOnce(page);
    const entering = await traced(page, async () => {
      await page.goto(`${place.chatPage(false)}?room=${encodeURIComponent(room)}`);
      await readChatAt(page);
      await settled(page, users);
    });
    const watching = storm === 0 ? null : await traced(page, async () => {
      for (let i = 0; i < storm; i += 10) {
        crowd.go(10);
        await crowd.come(10);
        await pause(spread / (storm / 10));
      }
      await settled(page, users);
    });
    return { entering, watching };
  } finally {
    await context.close();
    crowd.go(Infinity);
  }
}

/** Waits until all are listed and two moments of rest have passed. @param {Page} page @param {number} users */
async function settled(page, users) {
  await page.waitForFunction((count) => document.querySelector('.pane-count')?.textContent === String(count || ''), { polling: 50, timeout: 60_000 }, users);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(resolve))));
}

/**
 * @param {Page} page
 * @param {() => Promise<void>} happening
 * @returns {Promise<Work>}
 */
async function traced(page, happening) {
  const meter = await cpuMeter(page);
  const before = await meter();
  await page.tracing.start({ categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing'] });
  let buffer;
  try {
    await happening();
    await page.evaluate((mark) => performance.mark(mark), MARK);
  } finally {
    buffer = await page.tracing.stop();
  }
  const busy = ((await meter()) - before) * 1000;
  return { busy, ...workOf(JSON.parse(Buffer.from(/** @type {Uint8Array} */ (buffer)).toString()).traceEvents) };
}

/**
 * The longest task, and how long the modules took to be evaluated (compiled they are elsewhere, as they arrive).
 *
 * @param {any[]} events  of the trace
 */
function workOf(events) {
  const { pid, tid } = events.find(({ name }) => name === MARK);
  const longest = (/** @type {string} */ wanted) => events
    .filter((event) => event.name === wanted && event.pid === pid && event.tid === tid)
    .reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1000), 0);
  return { longest: longest('RunTask'), starting: longest('v8.evaluateModule') };
}
