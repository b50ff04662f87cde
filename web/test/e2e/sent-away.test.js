// Whom the server sends away: conversations do not need it, and stay in view.
import assert from 'node:assert/strict';
import { inspect } from './fixture/looks.js';
import { freePort } from './fixture/port.js';
import { closeSettings, openSettings } from './fixture/settings.js';
import { stage } from './fixture/stage.js';

const admin = await freePort();
const scenario = stage({
  browsers: { chromium: 'chromium', 'other chromium': 'chromium', firefox: 'firefox' },
  serverArgs: [`--admin=127.0.0.1:${admin}`],
});

/** An operator sends somebody away. */
async function dismiss(/** @type {string} */ name) {
  const users = `http://127.0.0.1:${admin}/api/v1/users`;
  const { users: listed } = await (await fetch(users)).json();
  const user = listed.find((/** @type {{name: string}} */ one) => one.name === name);
  const answer = await fetch(`${users}/${user.id}`, { method: 'DELETE' });
  assert.ok(answer.ok, `${answer.status}`);
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`a conversation stays when the server sends one away, and one can log in beside it: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const bob = await scene.person('other chromium', 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');

    await dismiss('Ana');
    await ana.reads('an operator ended this connection');
    await ana.readsNot('Logged in as Ana');
    await openSettings(ana);
    await closeSettings(ana);
    await bob.say('Are you still there?');
    await ana.hears('Bob', 'Are you still there?');
    await ana.say('I am.');
    await bob.hears('Ana', 'I am.');

    await ana.typeName('Ana');
    await ana.press('Log in');
    await ana.reads('Logged in as Ana');
    await ana.lacks('button', 'Log in');
    await ana.say('And back.');
    await bob.hears('Ana', 'And back.');
    assert.equal((await ana.messages()).length, 3);
  });
}

scenario('a name that is taken is said beside the conversation, and another can be chosen', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.person('other chromium', 'Bob');
  await ana.startChat('Bob');
  await dismiss('Ana');
  await ana.find('button', 'Log in');
  await inspect(ana, 'sent away');
  await ana.typeName('Bob');
  await ana.press('Log in');
  await ana.reads('Username is unavailable');
  await inspect(ana, 'sent away, name taken');
  await ana.logIn('Ana 2');
  await ana.say('It is me.');
  await bob.show('Ana');
  await bob.hears('Ana', 'It is me.');
});

scenario('who is sent away without a conversation logs in where one always does', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await dismiss('Ana');
  await ana.reads('Who is calling?');
  await ana.logIn('Ana');
});

scenario('the settings go with the chat, and what is behind them can be used', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  await openSettings(ana);
  await dismiss('Ana');
  await ana.reads('Who is calling?');
  await ana.lacks('dialog', 'Settings');
  await ana.lacks('button', 'Settings');
  await ana.logIn('Ana');
  await openSettings(ana);
});
