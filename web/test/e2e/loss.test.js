// What breaks: tabs, browsers, the server. Everybody else notices, and goes on.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';
import { throughout } from './fixture/wait.js';

// A dead socket is noticed by the heartbeat; short, to keep the suite short.
const scenario = stage({
  browsers: { chromium: 'chromium', firefox: 'firefox' },
  serverArgs: ['--ping-interval', '2s', '--pong-timeout', '1s'],
});

const GONE = /offline|left|closed|disconnected|not online/i;
const NOTICED = /reconnecting|failed|offline|left|closed|disconnected|not online/i;

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`the other closes the tab (${other}): ${one} notices within 10 s`, async (scene) => {
    const ana = await scene.person(one, 'Ana');
    const bob = await scene.person(other, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.page.close();
    await ana.seesInList('Bob', GONE, { timeout: 10_000 });
    await ana.seesNoMore('Bob');
    assert.equal(await ana.isEnabled('Send'), false);
  });

  scenario(`the other's browser is killed (${other}): ${one} notices within 10 s`, async (scene) => {
    const ana = await scene.person(one, 'Ana');
    const browser = await scene.ownBrowser(/** @type {'chromium' | 'firefox'} */ (other));
    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    browser.process()?.kill('SIGKILL');
    await ana.seesInList('Bob', NOTICED, { timeout: 10_000 });
    await ana.seesInList('Bob', GONE, { timeout: 40_000 });
  });
}

for (const signal of /** @type {const} */ (['SIGKILL', 'SIGTERM'])) {
  scenario(`the server ends by ${signal} in mid-chat and comes back`, async (scene) => {
    const ana = await scene.person('chromium', 'Ana');
    const bob = await scene.person('firefox', 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('before');
    await bob.hears('Ana', 'before');
    for (const person of [ana, bob]) person.expectServerTrouble();

    const code = await scene.server.kill(signal);
    if (signal === 'SIGTERM') assert.equal(code, 0, 'drains and exits in order');
    for (const person of [ana, bob]) await person.reads(/no connection to the server|reconnecting/i);
    await ana.say('without a server');
    await bob.hears('Ana', 'without a server');
    await bob.say('who needs one');
    await ana.hears('Bob', 'who needs one');
    await throughout('the conversation is connected', async () =>
      /connected directly/i.test(await ana.rowOf('Bob')) && /connected directly/i.test(await bob.rowOf('Ana')), 3000);

    await scene.server.start();
    // By themselves, within the longest pause between two tries.
    for (const person of [ana, bob]) await person.lacksNotice({ timeout: 35_000 });
    const cem = await scene.person('chromium', 'Cem');
    for (const name of ['Ana', 'Bob']) await cem.sees(name, { timeout: 35_000 });
    await cem.startChat('Ana');
    await ana.isConnectedTo('Cem');
    await bob.say('same as ever');
    await ana.hears('Bob', 'same as ever');
    assert.equal((await bob.messages()).length, 4);
  });
}

scenario('the server is down when the page is already open at the form', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.find('textbox', 'Username');
  ana.expectServerTrouble();
  await scene.server.kill('SIGKILL');
  await ana.reads(/no connection to the server|reconnecting/i);
  await scene.server.start();
  await ana.lacksNotice({ timeout: 35_000 });
  await ana.logIn('Ana');
});

for (const browser of ['chromium', 'firefox']) {
  scenario(`one reloads the page, logs in and connects again: ${browser}`, async (scene) => {
    const ana = await scene.person('chromium', 'Ana');
    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await ana.say('first life');
    await bob.page.reload();
    await bob.press('Log in');
    await bob.startChat('Ana');
    await ana.isConnectedTo('Bob');
    await ana.say('second life');
    await bob.hears('Ana', 'second life');
    assert.deepEqual((await bob.messages()).map(({ text }) => text), ['second life']);

    // And the other way round: who stayed connects.
    await bob.page.reload();
    await bob.press('Log in');
    await ana.seesInList('Bob', /disconnected/i);
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await bob.say('third life');
    await ana.hears('Bob', 'third life');
  });
}
