// What waits and what was not sent can be seen, and heard, for what it is.
//
// E2E_SCREENSHOTS=FOLDER keeps a picture of every state, to be looked at.
import assert from 'node:assert/strict';
import { freeze } from './fixture/frozen.js';
import { inspect } from './fixture/looks.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium' } });

scenario('axe finds nothing while messages wait, nor when they were not sent', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const browser = await scene.ownBrowser('chromium');
  const bob = await scene.person(browser, 'Bob');
  await ana.startChat('Bob');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  await bob.say('Are you on the train already?');
  await ana.hears('Bob', 'Are you on the train already?');

  const thaw = freeze(scene, browser);
  await ana.say('Yes, and there is a tunnel');
  await ana.seesInList('Bob', /reconnecting/i, { timeout: 30_000 });
  await ana.say('This one is written in it, and long enough that it takes more than one line on a telephone');
  await ana.reads(/Waiting for the connection.*Waiting for the connection/);
  await inspect(ana, 'messages wait');

  await ana.disconnectFrom('Bob');
  await ana.reads(/May not have arrived.*Not sent/);
  await ana.reads('2 messages were not sent. They can be sent again once you are connected.');
  await inspect(ana, 'messages not sent');

  thaw();
  await bob.seesInList('Ana', /disconnected/i, { timeout: 30_000 });
  await ana.startChat('Bob');
  await ana.find('button', 'Send again', { timeout: 20_000 });
  await inspect(ana, 'messages to be sent again');
  await ana.press('Send again');
  await ana.lacks('button', 'Send again');
  const focused = await ana.page.evaluate(() => document.activeElement?.id);
  assert.equal(focused, 'message', 'the focus is where one goes on');
});
