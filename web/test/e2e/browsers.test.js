// Two people in two browsers, each kind with each kind: from the list of people
// to a conversation, and out of it again.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({
  browsers: { chromium: 'chromium', 'other chromium': 'chromium', firefox: 'firefox', 'other firefox': 'firefox' },
});

for (const [caller, callee] of [
  ['chromium', 'other chromium'],
  ['firefox', 'other firefox'],
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
]) {
  scenario(`${caller} calls ${callee}: they chat, hang up and chat again`, async (scene) => {
    const ana = await scene.person(caller, 'Ana');
    await ana.reads('There are no users online');
    await ana.reads('Not chatting with anyone currently');
    const bob = await scene.person(callee, 'Bob');
    await ana.sees('Bob');
    await bob.sees('Ana');

    await ana.startChat('Bob');
    await ana.reads('No messages yet');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.reads(/connected directly/i);
    await bob.reads(/connected directly/i);

    await ana.say('Hello Bob');
    await bob.hears('Ana', 'Hello Bob');
    await bob.say('Hello Ana');
    await ana.hears('Bob', 'Hello Ana');
    await ana.hears('You', 'Hello Bob');

    await bob.disconnectFrom('Ana');
    await ana.seesInList('Bob', /disconnected/i);
    assert.equal(await ana.isEnabled('Send'), false);

    await bob.startChat('Ana');
    await ana.isConnectedTo('Bob');
    await bob.say('Me again');
    await ana.hears('Bob', 'Me again');
    assert.deepEqual((await ana.messages()).map(({ text }) => text), ['Hello Bob', 'Hello Ana', 'Me again']);
  });
}
