// More than one conversation at once, and more than one way to begin one.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', 'other chromium': 'chromium', firefox: 'firefox' } });

scenario('three people in three conversations at once', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.person('other chromium', 'Bob');
  const cem = await scene.person('firefox', 'Cem');
  await ana.startChat('Bob');
  await bob.startChat('Cem');
  await cem.startChat('Ana');
  for (const [one, other] of [[ana, bob], [ana, cem], [bob, ana], [bob, cem], [cem, ana], [cem, bob]]) {
    await one.isConnectedTo(other.name);
    await one.show(other.name);
    await one.say(`from ${one.name} to ${other.name}`);
  }
  for (const [one, other] of [[ana, bob], [bob, cem], [cem, ana]]) {
    for (const [reader, writer] of [[one, other], [other, one]]) {
      await reader.show(writer.name);
      await reader.hears(writer.name, `from ${writer.name} to ${reader.name}`);
      assert.equal((await reader.messages()).length, 2, 'only what these two said');
    }
  }
  // The end of one conversation is not the end of the others.
  await ana.disconnectFrom('Bob');
  await bob.seesInList('Ana', /disconnected/i);
  await cem.show('Bob');
  await cem.say('still here');
  await bob.show('Cem');
  await bob.hears('Cem', 'still here');
  await ana.isConnectedTo('Cem');
});

// Who gives way depends on the names, and who is faster on the browser.
for (const [one, other] of [['chromium', 'other chromium'], ['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`both press Message at the same moment: ${one}, ${other}`, async (scene) => {
    const ana = await scene.person(one, 'Ana');
    const bob = await scene.person(other, 'Bob');
    await ana.sees('Bob');
    await bob.sees('Ana');
    // So that the offers cross however long a driver takes for a click.
    await ana.isFarFromServer(700);
    await bob.isFarFromServer(700);
    let crossed = 0;
    for (let round = 1; round <= 4; round++) {
      const before = [await ana.sent('offer'), await bob.sent('offer')];
      await atTheSameMoment([
        await ana.find('button', 'Message Bob'),
        await bob.find('button', 'Message Ana'),
      ]);
      await ana.isConnectedTo('Bob');
      await bob.isConnectedTo('Ana');
      if (await ana.sent('offer') > before[0] && await bob.sent('offer') > before[1]) crossed++;
      if (round === 1) {
        await ana.find('heading', 'Bob');
        await bob.find('heading', 'Ana');
      }
      await ana.say(`round ${round}`);
      await bob.hears('Ana', `round ${round}`);
      await bob.say(`answer ${round}`);
      await ana.hears('Bob', `answer ${round}`);
      await ana.disconnectFrom('Bob');
      await bob.find('button', 'Message Ana');
    }
    assert.ok(crossed > 0, 'offers crossed in one round at least');
  });
}

/**
 * Presses buttons of several pages within a few milliseconds, by the clock that
 * they share, with the pointer on them as people have it.
 * @param {import('puppeteer-core').ElementHandle[]} buttons
 */
async function atTheSameMoment(buttons) {
  for (const button of buttons) await button.hover();
  // Far enough away for both pages to hear of it, and for buttons that have just
  // changed to be taken for what they say.
  const moment = Date.now() + 1500;
  await Promise.all(buttons.map((button) => button.evaluate((el, at) => new Promise((resolve) => {
    setTimeout(() => resolve(/** @type {HTMLElement} */ (el).click()), at - Date.now());
  }), moment)));
}

scenario('two windows of one browser, as in the README', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.windowBeside(ana);
  await bob.logIn('Bob');
  await bob.startChat('Ana');
  await bob.say('Next to you');
  await ana.isConnectedTo('Bob');
  await ana.show('Bob');
  await ana.hears('Bob', 'Next to you');
});
