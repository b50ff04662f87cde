// Where a page ends: put away and taken out again, more text than fits, and a
// finger that comes too late.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';
import { eventually, pause } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

scenario('the page goes into the back/forward cache and returns', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.person('firefox', 'Bob');
  await ana.sees('Bob');
  await bob.sees('Ana');
  await ana.page.evaluate(() => {
    window.addEventListener('pageshow', ({ persisted }) => Object.assign(window, { persisted }));
  });
  await ana.page.goto(`${scene.url}, away`);
  await bob.lacks('button', 'Message Ana'); // at once: it said goodbye
  await ana.page.goBack();
  await ana.reads('Logged in as Ana');
  assert.equal(await ana.page.evaluate('window.persisted'), true, 'it is the page that was left');
  await bob.sees('Ana');
  await ana.sees('Bob');
  await ana.startChat('Bob');
});

scenario('a text too long to send is not sent, and costs nothing else', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.person('firefox', 'Bob');
  await ana.startChat('Bob');
  await bob.isConnectedTo('Ana');
  await bob.show('Ana');
  await ana.say('"'.repeat(300_000));
  await ana.reads(/Too long by 283,616 characters/);
  assert.equal(await ana.isEnabled('Send'), false);
  await ana.say('"'.repeat(16_384));
  await bob.hears('Ana', '"'.repeat(16_384));
  await bob.say('that was long');
  await ana.hears('Bob', 'that was long');
  assert.equal((await bob.messages()).length, 2);
});

scenario('who touches Message just when the other side connects does not disconnect', async (scene) => {
  const ana = await scene.person('chromium', 'Ana');
  const bob = await scene.person('firefox', 'Bob');
  await ana.sees('Bob');
  const button = await ana.find('button', 'Message Bob');
  // A finger is nowhere before it touches: no pointer is over the button, and it has no focus.
  await button.evaluate((el) => {
    new MutationObserver((_, observer) => {
      observer.disconnect();
      /** @type {HTMLElement} */ (el).click();
      Object.assign(window, { touched: true });
    }).observe(el, { attributeFilter: ['aria-label'] });
  });
  await bob.startChat('Ana');
  await eventually('Ana has touched the button', () => ana.page.evaluate('window.touched === true'));
  await pause(1000);
  await ana.isConnectedTo('Bob');
  await bob.isConnectedTo('Ana');
  await ana.disconnectFrom('Bob');
});
