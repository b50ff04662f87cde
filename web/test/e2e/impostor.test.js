// A name is not a person: who has it next gets nothing of what was for the one before.
import assert from 'node:assert/strict';
import { freeze } from './fixture/frozen.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const [one, other] of /** @type {const} */ ([['chromium', 'firefox'], ['firefox', 'chromium']])) {
  scenario(`${one}: somebody else takes the name of a browser that hangs, and calls`, async (scene) => {
    const ana = await scene.person(one, 'Ana');
    const browser = await scene.ownBrowser(other);
    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await ana.say('hello');
    ana.expectLinkTrouble();
    freeze(scene, browser);
    await ana.seesInList('Bob', /reconnecting/i, { timeout: 30_000 });
    await ana.say('the door code is 4711');

    const stranger = await scene.person(other, 'Bob');
    await ana.reads('Somebody else is called Bob now', { timeout: 20_000 }); // she tried to reach hers
    await stranger.startChat('Ana');
    await ana.reads('An earlier Bob');
    await stranger.say('hi, it is me');
    assert.deepEqual((await stranger.messages()).map(({ text }) => text), ['hi, it is me']);

    await ana.show('Bob');
    await ana.hears('Bob', 'hi, it is me');
    await ana.reads('This is not the same Bob as before');
    await ana.say('who are you?');
    await stranger.hears('Ana', 'who are you?');
    assert.deepEqual((await stranger.messages()).map(({ text }) => text), ['hi, it is me', 'who are you?']);
  });

  scenario(`${one}: who reloads the page is the same person, who logs out is not`, async (scene) => {
    const ana = await scene.person(one, 'Ana');
    const bob = await scene.person(other, 'Bob');
    await ana.startChat('Bob');
    await ana.say('before');
    await bob.page.reload();
    await bob.press('Log in');
    await bob.startChat('Ana');
    await ana.isConnectedTo('Bob');
    await bob.say('still me');
    await ana.hears('Bob', 'still me');
    await ana.readsNot('An earlier Bob');

    await bob.logOut();
    await bob.logIn('Bob');
    await bob.startChat('Ana');
    await ana.reads('An earlier Bob');
  });
}
