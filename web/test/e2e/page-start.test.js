// A page that cannot start, or has nothing to connect with, says so.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/**
 * Loads the page with one of its modules replaced on the way.
 * @param {import('./fixture/person.js').Person} person
 * @param {string} file
 * @param {import('puppeteer-core').ResponseForRequest | null} answer null: it does not arrive
 */
async function loadWith({ page }, file, answer) {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (!request.url().endsWith(file)) request.continue().catch(() => {});
    else if (answer) request.respond(answer).catch(() => {});
    else request.abort().catch(() => {});
  });
}

for (const browser of ['chromium', 'firefox']) {
  for (const [what, answer] of /** @type {const} */ ([
    ['does not arrive', null],
    ['is not found', { status: 404, contentType: 'text/plain', body: 'no' }],
    ['cannot be parsed', { status: 200, contentType: 'text/javascript', body: 'export const = ;' }],
    ['lacks what others want', { status: 200, contentType: 'text/javascript', body: 'export {};' }],
  ])) {
    scenario(`a module ${what}: ${browser}`, async (scene) => {
      const ana = await scene.visitor(browser);
      ana.expectTrouble(/./);
      await loadWith(ana, '/lib/emitter.js', answer);
      await ana.visit();
      await ana.reads('This page could not start', { timeout: 5_000 });
    });
  }

  scenario(`nothing arrives, not even who would say so: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    ana.expectTrouble(/./);
    await loadWith(ana, '.js', null);
    await ana.visit();
    if (browser === 'chromium') await ana.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await ana.reads('This page could not start', { timeout: 20_000 });
  });

  scenario(`a page that is well says nothing of the kind: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    await ana.readsNot('could not start');
    assert.equal(await ana.page.evaluate(() => document.getElementById('not-started')), null);
  });

  for (const [what, code] of [
    ['undefined', 'Object.defineProperty(window, "RTCPeerConnection", { value: undefined })'],
    ['throwing', 'window.RTCPeerConnection = class { constructor() { throw new Error("blocked"); } }'],
    ['a stub', 'window.RTCPeerConnection = function () { return {}; }'],
  ]) {
    scenario(`WebRTC taken away, ${what}: ${browser}`, async (scene) => {
      const ana = await scene.visitor(browser);
      await ana.page.evaluateOnNewDocument(code);
      await ana.page.reload();
      await ana.reads('This browser cannot chat here');
      await ana.reads('an extension or a setting has switched it off');
    });
  }
}
