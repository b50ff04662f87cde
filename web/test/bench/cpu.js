/** What the main thread of a page has worked. */

/**
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<() => Promise<number>>} asks for the CPU time so far, in seconds; always 0 but in Chromium
 */
export async function cpuMeter(page) {
  if (!(await page.browser().version()).includes('Chrom')) return async () => 0;
  const session = await page.createCDPSession();
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
}
