/** What a page holds in memory. */

/** How often it is looked at, in ms. */
const EVERY = 50;

/**
 * Begins to watch.
 *
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<() => Promise<number>>} ends it, and tells by how much it has grown at most, in bytes: objects and
 *   buffers of the page, not what the browser holds elsewhere; always 0 but in Chromium
 */
export async function memoryMeter(page) {
  if (!(await page.browser().version()).includes('Chrom')) return async () => 0;
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.collectGarbage');
  const look = async () => {
    const usage = /** @type {any} */ (await session.send('Runtime.getHeapUsage'));
    return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
  };
  const before = await look();
  let most = before;
  let watching = true;
  const watched = (async () => {
    while (watching) {
      most = Math.max(most, await look());
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  })();
  return async () => {
    watching = false;
    await watched;
    await session.detach();
    return most - before;
  };
}
