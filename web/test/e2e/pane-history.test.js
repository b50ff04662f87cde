// Back on a phone: from a conversation to the list of people.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/** @param {import('./fixture/person.js').Person} person */
const entries = ({ page }) => page.evaluate(() => history.length);

for (const [here, there] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`Back in a conversation shows the list, and nobody hangs up: ${here}`, async (scene) => {
    const ana = await scene.visitor(here);
    await ana.page.setViewport({ width: 380, height: 700 });
    await ana.logIn('Ana');
    const bob = await scene.person(there, 'Bob');
    const before = await entries(ana);
    await ana.connectTo('Bob');
    await ana.find('heading', 'Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('hello');
    await bob.hears('Ana', 'hello');

    await ana.page.evaluate(() => history.back());
    await ana.isConnectedTo('Bob');
    await ana.lacks('textbox', 'Message');
    assert.equal(await ana.page.evaluate(() => document.activeElement?.textContent), 'Bob');
    await ana.page.evaluate(() => history.forward());
    await ana.find('heading', 'Bob');
    await ana.say('still here');
    await bob.hears('Ana', 'still here');

    for (let i = 0; i < 3; i++) {
      await ana.press('Back to online users');
      await ana.show('Bob');
    }
    assert.equal(await entries(ana), before + 1);
  });

  scenario(`a page loaded again in a conversation leaves the way back as it was: ${here}`, async (scene) => {
    const ana = await scene.visitor(here);
    await ana.page.setViewport({ width: 380, height: 700 });
    await ana.logIn('Ana');
    await scene.person(there, 'Bob');
    await ana.connectTo('Bob');
    await ana.find('heading', 'Bob');
    await ana.page.reload();
    await ana.find('textbox', 'Username');
    await ana.page.waitForFunction(() => history.state === null);
    await ana.logIn('Ana');
  });
}
