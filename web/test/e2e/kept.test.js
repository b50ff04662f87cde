// Nothing that was typed is lost, and nothing arrives twice, whatever becomes of
// the connection.
import assert from 'node:assert/strict';
import { freeze } from './fixture/frozen.js';
import { losesAllItSends, losesConnection, losesNothing, meddled } from './fixture/meddled.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/** @typedef {import('./fixture/person.js').Person} Person */

const WAITING = 'Waiting for the connection';

for (const [one, other] of /** @type {const} */ ([['chromium', 'firefox'], ['firefox', 'chromium']])) {
  scenario(`${one}: the link is down for a while, and what was typed meanwhile arrives`, async (scene) => {
    const ana = await scene.person(one, 'Ana');
    const browser = await scene.ownBrowser(other);
    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('before');
    await bob.hears('Ana', 'before');

    ana.expectLinkTrouble();
    const thaw = freeze(scene, browser);
    await ana.say('in the last moment');
    await ana.seesInList('Bob', /reconnecting/i, { timeout: 30_000 });
    await ana.reads(WAITING);
    for (const text of ['one', 'two\nlines', 'three']) await ana.say(text);
    assert.ok((await ana.text()).split(WAITING).length >= 5, 'each of the four says that it waits');
    thaw();
    await ana.isConnectedTo('Bob', { timeout: 60_000 });
    await bob.hears('Ana', 'three', { timeout: 20_000 });
    await eventually('nothing waits any more', async () => !(await ana.text()).includes(WAITING));
    await bob.say('got all');
    await ana.hears('Bob', 'got all');
    const said = ['before', 'in the last moment', 'one', 'two\nlines', 'three', 'got all'];
    assert.deepEqual(await textsOf(bob), said);
    assert.deepEqual(await textsOf(ana), said);
  });

  scenario(`${one}: a channel takes with it what it had not delivered`, async (scene) => {
    const { ana, bob } = await connected(scene, one, other);
    await losesAllItSends(ana);
    await ana.say('on the way');
    await losesConnection(bob);
    await ana.seesInList('Bob', /disconnected/i);
    await ana.reads('May not have arrived');
    await ana.reads('1 message was not sent. It can be sent again once you are connected.');
    assert.equal(await ana.has('button', 'Send again'), false);

    await losesNothing(ana);
    await ana.press('Connect again');
    await ana.isConnectedTo('Bob');
    await ana.press('Send again');
    await bob.hears('Ana', 'on the way');
    await ana.say('as ever');
    await bob.hears('Ana', 'as ever');
    await ana.readsNot('not sent');
    for (const person of [ana, bob]) assert.deepEqual(await textsOf(person), ['on the way', 'as ever']);
  });

  scenario(`${one}: what had arrived is not sent again, though nobody could say so`, async (scene) => {
    const { ana, bob } = await connected(scene, one, other);
    await losesAllItSends(bob);
    await ana.say('arrives');
    await bob.hears('Ana', 'arrives');
    await losesConnection(bob);
    await ana.reads('May not have arrived');
    await losesNothing(bob);
    await ana.press('Connect again');
    await ana.isConnectedTo('Bob');
    await ana.hears('You', 'arrives');
    await ana.readsNot('not sent');
    await ana.say('next');
    await bob.hears('Ana', 'next');
    assert.deepEqual(await textsOf(bob), ['arrives', 'next']);
  });
}

scenario('what waited for somebody who reloaded the page can be sent to the new one', async (scene) => {
  const { ana, bob } = await connected(scene, 'chromium', 'firefox');
  await ana.say('to the first');
  await bob.hears('Ana', 'to the first');
  await losesAllItSends(ana);
  await ana.say('lost');
  await bob.page.reload();
  await ana.reads('May not have arrived');
  await losesNothing(ana);
  await bob.press('Log in');
  await bob.startChat('Ana');
  await ana.press('Send again');
  await bob.hears('Ana', 'lost');
  await bob.say('hello again');
  await ana.hears('Bob', 'hello again');
  assert.deepEqual(await textsOf(bob), ['lost', 'hello again']);
  assert.deepEqual(await textsOf(ana), ['to the first', 'lost', 'hello again']);
});

scenario('there is an end to what can wait, and then the text stays in its field', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const browser = await scene.ownBrowser('chromium');
  const bob = await scene.person(browser, 'Bob');
  await ana.startChat('Bob');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  const thaw = freeze(scene, browser);
  await ana.seesInList('Bob', /reconnecting/i, { timeout: 30_000 });
  for (let i = 0; i < 16; i++) await ana.say(String.fromCharCode(97 + i).repeat(16_384));
  await ana.say('one too many');
  await ana.reads(/Too much is waiting/);
  assert.equal(await ana.isEnabled('Send'), false);
  thaw();
  await ana.isConnectedTo('Bob', { timeout: 60_000 });
  await eventually('there is room again', () => ana.isEnabled('Send'));
  await ana.press('Send');
  await bob.hears('Ana', 'one too many');
  assert.equal((await bob.messages()).length, 17);
});

/**
 * @param {import('./fixture/stage.js').Scene} scene
 * @param {string} one
 * @param {string} other
 */
async function connected(scene, one, other) {
  const ana = await meddled(scene, one, 'Ana');
  const bob = await meddled(scene, other, 'Bob');
  await ana.startChat('Bob');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  return { ana, bob };
}

/** @param {Person} person */
const textsOf = async (person) => (await person.messages()).map(({ text }) => text);
