// More than anybody reads: the page keeps up.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });
const MANY = 1_000;

/** Somebody with the library alone, who is connected to Ana and says as much as is wanted, at once. */
async function talker(/** @type {import('./fixture/stage.js').Scene} */ scene, /** @type {string} */ browser) {
  const { page } = await scene.visitor(browser);
  await page.evaluate(`(async () => {
    const { Peers, Signaling } = await import('/lib/beckon.js');
    const signaling = new Signaling();
    const peers = new Peers(signaling);
    await signaling.login({ name: 'Tom', room: '${scene.room}' });
    window.peer = peers.connect('Ana');
    await new Promise((resolve) => peer.addEventListener('open', resolve));
  })()`);
  return (/** @type {string[]} */ texts) => page.evaluate((all) => {
    // @ts-expect-error: put there above
    for (const text of all) window.peer.send(text);
  }, texts);
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`${MANY} messages at once are laid out a few times, and the newest is in view: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const say = await talker(scene, browser);
    await ana.page.bringToFront();
    await say(['first']);
    await ana.hears('Tom', 'first');
    await ana.page.evaluate(() => {
      const { get } = /** @type {{get: () => number}} */ (Object.getOwnPropertyDescriptor(Element.prototype, 'scrollHeight'));
      Object.assign(window, { measured: 0 });
      Object.defineProperty(Element.prototype, 'scrollHeight', {
        // @ts-expect-error: put there above
        get() { window.measured++; return get.call(this); },
      });
    });
    await say([...Array.from({ length: MANY - 1 }, (_, i) => `message ${i}`), 'the last']);
    await eventually('the last one is there', () => ana.page.evaluate(() =>
      document.querySelector('[role=log]')?.lastElementChild?.textContent?.includes('the last')), { timeout: 60_000 });
    const { measured, distance } = await ana.page.evaluate(() => {
      const log = /** @type {HTMLElement} */ (document.querySelector('[role=log]'));
      // @ts-expect-error: put there above
      return { measured: window.measured, distance: log.scrollHeight - log.scrollTop - log.clientHeight };
    });
    assert.ok(measured < MANY, `${measured} times measured`);
    assert.ok(distance <= 1, `${distance} px from the end`);
  });

  scenario(`a long text is folded, and can be unfolded: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const say = await talker(scene, browser);
    const texts = ['short', 'word '.repeat(3_000), 'a\nb\n'.repeat(20)];
    await say(texts);
    await eventually('all are there', async () => (await ana.messages()).length === 3);
    const shown = await ana.page.evaluate(() => Array.from(document.querySelectorAll('.message-text'), ({ textContent }) => textContent));
    assert.deepEqual(shown, texts, 'all of it is in the page');
    const heights = () => ana.page.evaluate(() =>
      Array.from(document.querySelectorAll('[role=log] > *'), (message) => message.getBoundingClientRect().height));
    const [small, long, high] = await heights();
    assert.ok(small < 100 && long < 450 && high < 450, `${[small, long, high]}`);
    for (let left = 2; left > 0; left--) await ana.press('Show the whole message');
    await ana.lacks('button', 'Show the whole message');
    const [, longer, higher] = await heights();
    assert.ok(longer > 1.5 * long && higher > 1.5 * high, `${[longer, higher]}`);
  });
}
