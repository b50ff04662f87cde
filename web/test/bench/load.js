/** From the navigation to being logged in: bytes, requests, ms; with an empty cache, and again with what it kept. */
import { inTurns } from './figures.js';

/** @typedef {import('puppeteer-core').Page} Page */

/**
 * ready: ms; bytes: all that the responses took on the wire, heads included, but for WebSockets.
 *
 * @param {import('./place.js').Place} place
 * @param {{rounds: number, warmup: number, warm: boolean, far: boolean}} options
 *   warm: visited before, all is in the cache; far: with a delay between page and servers
 */
export function measureLoad(place, { rounds, warmup, warm, far }) {
  const visit = async (/** @type {Visitor} */ visitor) => {
    const context = await place.browser.createBrowserContext();
    try {
      if (warm) await once(context, visitor);
      return await once(context, visitor);
    } finally {
      await context.close();
    }
  };
  const contenders = Object.entries(visitors(place, far)).map(([name, visitor]) => [name, () => visit(visitor)]);
  return inTurns(/** @type {Record<string, () => ReturnType<typeof once>>} */ (Object.fromEntries(contenders)), { rounds, warmup });
}

/** @typedef {{url: () => string, ready: (page: Page) => Promise<number>, prepare?: (page: Page) => Promise<unknown>}} Visitor */

/** @param {import('./place.js').Place} place @param {boolean} far @returns {Record<string, Visitor>} */
function visitors(place, far) {
  const bare = async (/** @type {Page} */ page) => {
    await page.waitForFunction(() => 'contender' in window, { polling: 20 });
    return page.evaluate(() => contender.readyAt);
  };
  return {
    'beckon, library alone': { url: () => place.visit('beckon', { far }).url, ready: bare },
    'beckon, whole chat page': { url: () => place.chatPage(far), prepare: logInAtOnce, ready: readChatAt },
    'peerjs, library alone': { url: () => place.visit('peerjs', { far }).url, ready: bare },
  };
}

/** @param {import('puppeteer-core').BrowserContext} context @param {Visitor} visitor */
async function once(context, { url, ready, prepare }) {
  const page = await context.newPage();
  await prepare?.(page);
  const cost = { requests: 0, bytes: 0 };
  const network = await page.createCDPSession();
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    cost.requests++;
    cost.bytes += encodedDataLength;
  });
  await network.send('Network.enable');
  await page.goto(url());
  const result = { ready: await ready(page), ...cost };
  await page.close();
  return result;
}

let names = 0;

/**
 * Has the page log in by its form as soon as that is there, and note when.
 *
 * @param {Page} page
 */
export function logInAtOnce(page) {
  return page.evaluateOnNewDocument((name) => {
    let submitted = false;
    const look = () => {
      const { view } = document.body?.dataset ?? {};
      if (view === 'chat') {
        watch.disconnect();
        Object.assign(window, { chatAt: performance.now() });
      } else if (view === 'login' && !submitted) {
        const field = document.querySelector('input');
        if (!field) return;
        submitted = true;
        field.value = name;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.form?.requestSubmit();
      }
    };
    const watch = new MutationObserver(look);
    watch.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-view'] });
  }, `reader-${++names}`);
}

/** @param {Page} page @returns {Promise<number>} */
export async function readChatAt(page) {
  await page.waitForFunction(() => 'chatAt' in window, { polling: 20, timeout: 60_000 });
  return page.evaluate('chatAt').then(Number);
}
