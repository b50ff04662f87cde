// Everybody can use it: axe-core in every state, both color schemes, phone and
// desktop; with the keyboard alone; on narrow screens without scrolling sideways.
//
// E2E_SCREENSHOTS=FOLDER keeps a picture of every state, to be looked at.
import assert from 'node:assert/strict';
import { axeFindings } from './fixture/axe.js';
import { inspect, PHONE, scrollsSideways } from './fixture/looks.js';
import { silentPerson } from './fixture/silent.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', 'other chromium': 'chromium', firefox: 'firefox' } });

/** @typedef {import('./fixture/person.js').Person} Person */

scenario('axe finds nothing before and after logging in', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.find('textbox', 'Username');
  await inspect(ana, 'form');
  await silentPerson(scene, 'Ana');
  await ana.typeName('Ana');
  await ana.press('Log in');
  await ana.reads('Username is unavailable');
  await inspect(ana, 'form with an error');
});

scenario('axe finds nothing in the chat', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await ana.reads('There are no users online');
  await inspect(ana, 'alone');

  const bob = await scene.person('other chromium', 'Bob');
  await silentPerson(scene, 'Somebody with quite a long name, longer than the list is wide');
  await ana.sees('Bob');
  await inspect(ana, 'list');

  await ana.startChat('Bob');
  await inspect(ana, 'connected, no messages');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  await ana.say('Hello Bob, how are you?');
  await bob.say(`Well, thank you. ${'A long word: ' + 'w'.repeat(200)} https://example.org/${'path/'.repeat(30)}`);
  await ana.hears('You', 'Hello Bob, how are you?');
  await eventually('both messages', async () => (await ana.messages()).length === 2);
  await inspect(ana, 'connected');

  const cem = await scene.person('other chromium', 'Cem');
  await cem.startChat('Ana');
  await cem.say('unread');
  await ana.seesInList('Cem', /\b1\s+unread/);
  await inspect(ana, 'unread');

  await bob.disconnectFrom('Ana');
  await ana.seesInList('Bob', /disconnected/i);
  await inspect(ana, 'disconnected');
});

scenario('axe finds nothing while connecting, after failing and while the server is away', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await silentPerson(scene, 'Mute');
  await ana.connectTo('Mute');
  await ana.seesInList('Mute', /connecting/i);
  await inspect(ana, 'connecting');
  // The watchdog gives up after 15 s, and says what to do.
  await ana.seesInList('Mute', /failed/i, { timeout: 25_000 });
  await ana.find('button', 'Try again');
  await ana.reads(/Mute did not answer in time/);
  await inspect(ana, 'failed');

  ana.expectServerTrouble();
  await scene.server.kill('SIGKILL');
  await ana.reads(/no connection to the server|reconnecting to the server/i);
  await ana.lacks('button', 'Try again'); // it would get nowhere
  await inspect(ana, 'server away');
});

scenario('axe finds nothing while a conversation is reconnecting', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const browser = await scene.ownBrowser('chromium');
  await scene.person(browser, 'Bob');
  await ana.startChat('Bob');
  browser.process()?.kill('SIGKILL');
  await ana.reads(/reconnecting|offline|left|closed/i);
  await inspect(ana, 'interrupted');
});

scenario('axe finds nothing in Firefox', async (scene) => {
  const ana = await scene.visitor('firefox');
  await ana.find('textbox', 'Username');
  assert.deepEqual(await axeFindings(ana.page), []);
  await ana.logIn('Ana');
  const bob = await scene.person('chromium', 'Bob');
  await bob.startChat('Ana');
  await bob.say('Hello');
  await ana.isConnectedTo('Bob');
  await ana.show('Bob');
  await ana.hears('Bob', 'Hello');
  assert.deepEqual(await axeFindings(ana.page), []);
});

for (const browser of ['chromium', 'firefox']) {
  scenario(`with the keyboard alone, from loading to a sent message and out: ${browser}`, async (scene) => {
    const bob = await scene.person('other chromium', 'Bob');
    const ana = await scene.visitor(browser);
    const { keyboard } = ana.page;
    await ana.find('textbox', 'Username');
    await tabTo(ana, 'textbox', 'Username');
    await keyboard.type('Ana');
    await keyboard.press('Enter');
    await ana.reads('Logged in as Ana');
    ana.name = 'Ana';

    await ana.sees('Bob');
    await tabTo(ana, 'button', 'Message Bob');
    await keyboard.press('Enter');
    await ana.isConnectedTo('Bob');
    await tabTo(ana, 'textbox', 'Message');
    await keyboard.type('no mouse');
    await keyboard.press('Enter');
    await ana.hears('You', 'no mouse');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await bob.hears('Ana', 'no mouse');

    await keyboard.type('with the button');
    await tabTo(ana, 'button', 'Send');
    await keyboard.press(' ');
    await bob.hears('Ana', 'with the button');

    await tabTo(ana, 'log', 'Messages', { back: true });
    await tabTo(ana, 'button', 'Disconnect from Bob', { back: true });
    await keyboard.press('Enter');
    await bob.seesInList('Ana', /disconnected/i);
    await tabTo(ana, 'button', 'Log out', { back: true });
    await keyboard.press('Enter');
    await ana.find('textbox', 'Username');
    assert.ok(await isFocused(ana, 'textbox', 'Username'), 'the focus is where one goes on');
  });
}

scenario('on a phone: list, conversation and back', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.page.setViewport({ ...PHONE, isMobile: true, hasTouch: true });
  await ana.logIn('Ana');
  const bob = await scene.person('other chromium', 'Bob');
  await ana.sees('Bob');
  await ana.connectTo('Bob');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  await ana.find('textbox', 'Message');
  await ana.lacks('list', 'Online users');
  await ana.reads(/connected directly/i);
  await ana.say('from the road');
  await bob.hears('Ana', 'from the road');
  assert.equal(await scrollsSideways(ana.page), false);

  await ana.press('Back to online users');
  await ana.find('list', 'Online users');
  await bob.say('drive safely');
  await ana.seesInList('Bob', /\b1\s+unread/);
  await ana.seesTitle(/^\(1\)/);
  await ana.show('Bob');
  await ana.hears('Bob', 'drive safely');
});

/**
 * Presses Tab, or Shift+Tab, until that has the focus. Every stop on the way
 * must show it. Round the end of the page one does not get: there Firefox hands
 * the focus to its own controls, which the driver does not reach.
 * @param {Person} person
 * @param {string} role
 * @param {string} name
 */
async function tabTo(person, role, name, { back = false } = {}) {
  const { keyboard } = person.page;
  for (let stops = 0; stops < 20; stops++) {
    if (await isFocused(person, role, name)) return;
    if (back) await keyboard.down('Shift');
    await keyboard.press('Tab');
    if (back) await keyboard.up('Shift');
    const hidden = await focusThatCannotBeSeen(person.page);
    assert.equal(hidden, '', 'the focus can be seen');
  }
  assert.fail(`${back ? 'Shift+Tab' : 'Tab'} never gets to ${role} "${name}"`);
}

/**
 * @param {Person} person
 * @param {string} role
 * @param {string} name
 */
async function isFocused(person, role, name) {
  const element = await person.page.$(`aria/${name}[role="${role}"]`);
  return element !== null && element.evaluate((el) => document.hasFocus() && el === document.activeElement);
}

/**
 * The element that has the focus while neither it, nor what is drawn with it or
 * around it, has an outline or a shadow; '' if all is well.
 * @param {import('puppeteer-core').Page} page
 */
function focusThatCannotBeSeen(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body || !document.hasFocus()) return '';
    const drawn = [getComputedStyle(element), getComputedStyle(element, '::before'), getComputedStyle(element, '::after')];
    if (element.parentElement) drawn.push(getComputedStyle(element.parentElement));
    const seen = drawn.some((style) =>
      (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none');
    return seen ? '' : element.outerHTML;
  });
}
