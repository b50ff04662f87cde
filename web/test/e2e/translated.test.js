// A page that the browser translates: text nodes are replaced behind its back.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/**
 * Does what Chromium's translator does, but for the language: whatever may be translated is put in the place of the
 * text, in elements of its own.
 * @param {import('./fixture/person.js').Person} person
 */
function translate({ page }) {
  return page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) found.push(/** @type {Text} */ (texts.currentNode));
    for (const text of found) {
      if (!text.parentElement?.translate || !text.data.trim()) continue;
      const font = document.createElement('font');
      font.textContent = `«${text.data}»`;
      text.replaceWith(font);
    }
  });
}

for (const [here, there] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`times go on, what was translated stays, and nobody’s words are: ${here}`, async (scene) => {
    const ana = await scene.person(here, 'Ana');
    const bob = await scene.person(there, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.page.evaluate(() => {
      const began = Date.now();
      Date.now = () => began; // however slow the machine is
    });
    await bob.say('hello');
    await ana.hears('Bob', 'hello');
    await translate(ana);

    await bob.say('again');
    await ana.hears('Bob', 'again');
    await scene.person(there, 'Carol');
    await ana.find('button', 'Message Carol'); // so the list was brought up to date
    await ana.reads(/Bob «Connected directly[^«]*» again .+ «Disconnect»/);
    assert.equal((await ana.messages())[0].when, '«just now»');

    await ana.page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 3 * 3_600_000;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually('the time has moved on', async () => (await ana.messages())[0].when === '3 hours ago');
    await bob.disconnectFrom('Ana');
    await ana.reads(/Bob Disconnected again .+ Message/);
    assert.deepEqual((await ana.messages()).map(({ sender, text }) => `${sender}: ${text}`), ['Bob: hello', 'Bob: again']);
  });
}
