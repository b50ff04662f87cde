// The settings: what is rarely changed, in a dialog behind a button.
//
// E2E_SCREENSHOTS=FOLDER keeps a picture of every state, to be looked at.
import assert from 'node:assert/strict';
import { inspect, scrollsSideways } from './fixture/looks.js';
import { closeSettings, openSettings } from './fixture/settings.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });
const CONTROLS = /** @type {const} */ ([
  ['button', 'Close settings'], ['checkbox', 'Answer everybody who calls'], ['checkbox', 'Never show my address'], ['button', 'Connection check'],
]);

/** @typedef {import('./fixture/person.js').Person} Person */

/**
 * What has the focus: its kind and its name.
 * @param {Person} person
 */
function focusOf({ page }) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0].textContent : element?.getAttribute('aria-label');
    return [element?.localName, label ?? element?.textContent];
  });
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`by keyboard: in, through, and out again: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const { keyboard } = ana.page;
    await (await ana.find('button', 'Settings')).focus();
    await keyboard.press('Enter');
    await ana.find('dialog', 'Settings');
    assert.deepEqual(await focusOf(ana), ['h2', 'Settings']);
    for (const [, name] of CONTROLS) {
      await keyboard.press('Tab');
      assert.equal((await focusOf(ana))[1], name);
    }
    if (browser === 'chromium') await inspect(ana, 'settings');
    await keyboard.press('Escape');
    await ana.lacks('dialog', 'Settings');
    assert.deepEqual(await focusOf(ana), ['button', 'Settings']);
  });

  scenario(`by pointer: out by the button, or by a click beside: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const { mouse } = ana.page;
    await openSettings(ana);
    await closeSettings(ana);
    assert.deepEqual(await focusOf(ana), ['button', 'Settings']);

    await openSettings(ana);
    const title = await (await ana.find('heading', 'Settings')).boundingBox();
    assert.ok(title);
    await mouse.click(title.x + 10, title.y + 10);
    await mouse.move(title.x + 10, title.y + 10);
    await mouse.down();
    await mouse.move(5, 5);
    await mouse.up();
    assert.ok(await ana.has('dialog', 'Settings'), 'what begins in it is not beside it');
    await mouse.click(5, 5);
    await ana.lacks('dialog', 'Settings');
    assert.deepEqual(await focusOf(ana), ['button', 'Settings']);
  });

  scenario(`the connection check opens over them, and leads back there: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const { keyboard } = ana.page;
    await openSettings(ana);
    await ana.press('Connection check');
    await ana.find('dialog', 'Connection check');
    await ana.reads(/only browsers in one network can connect/);
    await keyboard.press('Escape');
    await ana.lacks('dialog', 'Connection check');
    await ana.find('dialog', 'Settings');
    assert.deepEqual(await focusOf(ana), ['button', 'Connection check']);
    await keyboard.press('Escape');
    await ana.lacks('dialog', 'Settings');
    assert.deepEqual(await focusOf(ana), ['button', 'Settings']);
  });

  scenario(`that one's address is not shown is said where people are listed: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    await ana.readsNot('Your address is never shown');
    await openSettings(ana);
    const box = await ana.find('checkbox', 'Never show my address');
    await box.click();
    await ana.reads('That takes a relay, and this server offers none: nobody can be connected to.');
    await closeSettings(ana);
    await ana.reads('Your address is never shown, and without a relay nobody can be connected to.');
    if (browser === 'chromium') await inspect(ana, 'address not shown');

    await ana.page.reload();
    await ana.logIn('Ana');
    await ana.reads('Your address is never shown');
    await openSettings(ana);
    await (await ana.find('checkbox', 'Never show my address')).click();
    await closeSettings(ana);
    await ana.readsNot('Your address is never shown');
  });
}

scenario('on the smallest phone all of it can be reached, and hit with a thumb', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.page.setViewport({ width: 320, height: 480, isMobile: true, hasTouch: true });
  await ana.logIn('Ana, whose name is longer than that');
  await openSettings(ana);
  const sizes = await ana.page.$$eval('#account button, .settings button, .settings label', (targets) => targets.map((target) => {
    const { width, height } = target.getBoundingClientRect();
    return Math.min(width, height);
  }));
  assert.equal(sizes.length, 6);
  for (const size of sizes) assert.ok(size >= 44, `${sizes}`);
  assert.equal(await scrollsSideways(ana.page), false);

  await ana.page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  for (const [role, name] of CONTROLS) {
    const control = await ana.find(role, name);
    await control.scrollIntoView();
    const box = await control.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 320 && box.y >= 0 && box.y + box.height <= 480, `${name}: ${JSON.stringify(box)}`);
  }
  await ana.page.touchscreen.tap(160, 20);
  await ana.lacks('dialog', 'Settings');
});
