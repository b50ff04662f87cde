// One writes to somebody, and that connects the two.
import assert from 'node:assert/strict';
import { inspect, PHONE } from './fixture/looks.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/** What is in the text field. */
async function draft(/** @type {import('./fixture/person.js').Person} */ person) {
  const field = await person.find('textbox', 'Message');
  return field.evaluate((el) => /** @type {HTMLTextAreaElement} */ (el).value);
}

for (const [here, there] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`who looks at a conversation calls nobody, who writes in it does: ${here}`, async (scene) => {
    const ana = await scene.person(here, 'Ana');
    const bob = await scene.person(there, 'Bob');
    await ana.sees('Bob');
    await ana.show('Bob');
    await ana.reads('Sending it connects you to Bob.');
    await ana.reads('No messages yet');
    if (here === 'chromium') await inspect(ana, 'before anything is said');
    assert.equal(await ana.sent('offer'), 0);
    assert.equal(await bob.has('button', 'Disconnect from Ana'), false);

    await ana.say('hello');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await bob.hears('Ana', 'hello');
    await bob.say('hello you');
    await ana.hears('Bob', 'hello you');

    await bob.disconnectFrom('Ana');
    await ana.seesInList('Bob', /disconnected/i);
    await ana.write('one more thing');
    await ana.press('Send');
    await bob.hears('Ana', 'one more thing');
    await ana.isConnectedTo('Bob');
    assert.deepEqual((await bob.messages()).map(({ text }) => text), ['hello', 'hello you', 'one more thing']);
  });

  scenario(`what is typed stays, until they are there again: ${here}`, async (scene) => {
    const ana = await scene.person(here, 'Ana');
    const bob = await scene.person(there, 'Bob');
    await scene.person(there, 'Cem');
    await ana.sees('Bob');
    await ana.sees('Cem');
    await ana.show('Bob');
    await ana.write('for Bob');
    await ana.show('Cem');
    assert.equal(await draft(ana), '');
    await ana.show('Bob');
    assert.equal(await draft(ana), 'for Bob');

    await bob.logOut();
    await ana.reads('Not connected: what you write is kept until you are.');
    assert.equal(await ana.isEnabled('Send'), false);
    await bob.logIn('Bob');
    await eventually('it can be sent', () => ana.isEnabled('Send'));
    await ana.press('Send');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    // The one it was typed for has never been met, and anybody may log in by that name.
    await ana.reads('this may be another Bob');
    if (here === 'chromium') await inspect(ana, 'may be another');
    assert.equal(await draft(ana), '');
    await bob.reads('No messages yet');
    await ana.press('Send anyway');
    await bob.hears('Ana', 'for Bob');
  });
}

scenario('on a phone: into a conversation, back, and in again to write', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.page.setViewport({ ...PHONE, isMobile: true, hasTouch: true });
  await ana.logIn('Ana');
  const bob = await scene.person('firefox', 'Bob');
  await ana.sees('Bob');
  await ana.show('Bob');
  await ana.lacks('list', 'Online users');
  await ana.press('Back to online users');
  await ana.find('list', 'Online users');
  await ana.seesInList('Bob', /online/i);
  await ana.show('Bob');
  await ana.say('from the road');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  await bob.hears('Ana', 'from the road');
});
