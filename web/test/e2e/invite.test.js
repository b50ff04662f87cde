// Which room it is, and how others are asked in.
import assert from 'node:assert/strict';
import { inspect } from './fixture/looks.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/** Has the page copy into a place where it can be read. */
function catchCopies(/** @type {import('./fixture/person.js').Person} */ { page }) {
  return page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (/** @type {string} */ text) => Object.assign(window, { copied: text }) } });
  });
}

/** @returns {Promise<string>} */
function copied(/** @type {import('./fixture/person.js').Person} */ { page }) {
  // @ts-expect-error: put there above
  return page.evaluate(() => window.copied);
}

for (const [here, there] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`whoever opens the link is in the room: ${here}`, async (scene) => {
    const ana = await scene.person(here, 'Ana');
    await ana.reads(`Room: ${scene.room}`);
    await catchCopies(ana);
    await ana.press('Copy invite link');
    await ana.find('button', 'Copied');
    await ana.reads('The invite link is copied.');
    const link = await copied(ana);
    assert.ok(link.startsWith(scene.server.url), link);
    await ana.find('button', 'Copy invite link');

    const bob = await scene.visitor(there);
    bob.url = link;
    await bob.visit();
    await bob.reads(`Room: ${scene.room}`);
    await bob.logIn('Bob');
    await ana.sees('Bob');
  });
}

scenario('in the lobby it is the address of the page alone', async (scene) => {
  const ana = await scene.visitor('chromium');
  ana.url = `${scene.server.url}?more=1#x`;
  await ana.visit();
  await ana.logIn('Ana');
  await ana.reads('Lobby');
  await catchCopies(ana);
  await ana.press('Copy invite link');
  await ana.find('button', 'Copied');
  assert.equal(await copied(ana), new URL('/', scene.server.url).href);
});

scenario('without a clipboard the link is shown, selected', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await ana.page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await ana.press('Copy invite link');
  await ana.find('textbox', 'Invite link');
  const { selected, fixed } = await ana.page.evaluate(() => {
    const { value, selectionStart, selectionEnd, readOnly } = /** @type {HTMLInputElement} */ (document.activeElement);
    return { selected: value.slice(selectionStart ?? 0, selectionEnd ?? 0), fixed: readOnly };
  });
  assert.equal(new URL(selected).searchParams.get('room'), scene.room);
  assert.ok(fixed);
  await inspect(ana, 'invite link shown');
});

scenario('the longest name of a room has its place', async (scene) => {
  const ana = await scene.visitor('chromium');
  ana.url = `${scene.server.url}?room=${'w'.repeat(64)}`;
  await ana.visit();
  await ana.logIn('Ana');
  await ana.find('button', 'Copy invite link');
  await inspect(ana, 'room with a long name');
});
