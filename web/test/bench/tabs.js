/** Two tabs of one browser that are logged in, and what is measured between them. */

import { cpuMeter } from './cpu.js';
import { memoryMeter } from './memory.js';

/** @typedef {import('puppeteer-core').Page} Page */

export class Tabs {
  /** @type {Page} */ #caller;
  /** @type {Page} */ #callee;
  #name = '';
  /** @type {(() => Promise<number>)[]} */ #meters = [];

  /**
   * @param {import('./place.js').Place} place
   * @param {import('./place.js').Kind} kind
   * @param {{far?: boolean, serialization?: string}} [options]
   */
  static async open(place, kind, options) {
    const tabs = new Tabs();
    const callee = place.visit(kind, options);
    tabs.#name = callee.name;
    tabs.#callee = await openPage(place.browser, callee.url);
    tabs.#caller = await openPage(place.browser, place.visit(kind, options).url);
    tabs.#meters = [await cpuMeter(tabs.#caller), await cpuMeter(tabs.#callee)];
    return tabs;
  }

  /**
   * Connects and leaves it connected.
   *
   * @returns {Promise<number>} ms from the call to the open channel at the caller
   */
  async connect() {
    const took = await this.#caller.evaluate((name) => contender.connect(name), this.#name);
    await this.#callee.evaluate(() => contender.opened());
    return took;
  }

  /**
   * Sends as fast as the channel takes it, the two being connected.
   *
   * @param {number} size  of a message in bytes
   * @param {number} count
   * @returns per second: messages, from the first sent to the last received; sending, receiving: microseconds of the
   *   main thread's CPU per message (Chromium only, else 0)
   */
  async pour(size, count) {
    const before = await this.#worked();
    await this.#callee.evaluate((number) => contender.expect(number), count);
    const start = await this.#caller.evaluate(pour, size, count);
    const end = await this.#callee.evaluate(() => contender.arrived());
    const after = await this.#worked();
    const perMessage = (/** @type {0 | 1} */ side) => ((after[side] - before[side]) * 1e6) / count;
    return { perSecond: count / ((end - start) / 1000), sending: perMessage(0), receiving: perMessage(1) };
  }

  /**
   * Sends a file.
   *
   * @param {number} size in bytes
   * @returns perSecond: bytes, from the beginning to the last received; sender, receiver: bytes of memory that it took
   *   at most (Chromium only, else 0); cpu: seconds of both main threads
   */
  async file(size) {
    await this.#caller.evaluate(makeFile, size);
    const [sender, receiver] = [await memoryMeter(this.#caller), await memoryMeter(this.#callee)];
    const before = await this.#worked();
    await this.#callee.evaluate((number) => contender.expect(number, 'bytes'), size);
    const start = await this.#caller.evaluate(sendFile);
    const end = await this.#callee.evaluate(() => contender.arrived());
    const after = await this.#worked();
    const cpu = after[0] + after[1] - before[0] - before[1];
    return { perSecond: size / ((end - start) / 1000), sender: await sender(), receiver: await receiver(), cpu };
  }

  /** CPU time of caller and callee so far, in seconds. */
  async #worked() {
    return Promise.all(this.#meters.map((meter) => meter()));
  }

  /** Hangs up, and waits until both sides are ready for the next call. */
  async hangUp() {
    await this.#caller.evaluate(() => contender.close());
    for (const page of [this.#caller, this.#callee]) {
      await page.waitForFunction(() => contender.live() === 0, { polling: 20, timeout: 20_000 });
    }
  }

  async close() {
    await this.#caller.close();
    await this.#callee.close();
  }
}

/**
 * @param {import('puppeteer-core').Browser | import('puppeteer-core').BrowserContext} browser
 * @param {string} url  of a bare page
 */
export async function openPage(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'contender' in window, { polling: 20, timeout: 20_000 });
  await page.evaluate(() => contender.readyAt);
  return page;
}

/**
 * Runs in the page. Timers let the page rest while a mebibyte waits, as an application would.
 *
 * @param {number} size
 * @param {number} count
 * @returns {Promise<number>} when it began, in ms since the epoch
 */
async function pour(size, count) {
  const message = new ArrayBuffer(size);
  const start = performance.timeOrigin + performance.now();
  for (let i = 0; i < count; i++) {
    while (contender.buffered() > 1 << 20) await new Promise((resolve) => setTimeout(resolve, 1));
    contender.send(message);
  }
  return start;
}

/** Runs in the page, and before its memory is looked at. @param {number} size */
function makeFile(size) {
  const parts = Array.from({ length: Math.ceil(size / 1e6) }, (_, i) => new Uint8Array(Math.min(1e6, size - i * 1e6)).fill(i));
  Object.assign(window, { file: new Blob(parts) });
}

/** Runs in the page. @returns when it began, in ms since the epoch */
function sendFile() {
  const start = performance.timeOrigin + performance.now();
  contender.sendFile(/** @type {any} */ (window).file);
  return start;
}
