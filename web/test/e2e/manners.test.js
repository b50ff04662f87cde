// What a page owes to those who do not see it, read it in another language, or are about to leave it.
import assert from 'node:assert/strict';
import { silentPerson } from './fixture/silent.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/** Whether the page would ask before it is left. @param {import('./fixture/person.js').Person} person */
const asks = ({ page }) => page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));

for (const browser of ['chromium', 'firefox']) {
  scenario(`messages in a conversation that is not in view are announced: ${browser}`, async (scene) => {
    const [ana, bob, cem] = [await scene.person(browser, 'Ana'), await scene.person(browser, 'Bob'), await scene.person(browser, 'Cem')];
    await bob.startChat('Ana');
    await ana.isConnectedTo('Bob');
    await cem.startChat('Ana');
    await ana.isConnectedTo('Cem');
    await ana.show('Cem');
    await ana.page.evaluate(() => {
      const said = /** @type {string[]} */ ([]);
      Object.assign(window, { said });
      const regions = document.querySelectorAll('[role=status].visually-hidden');
      for (const region of regions) new MutationObserver(() => said.push(region.textContent ?? '')).observe(region, { childList: true });
    });
    await bob.say('one');
    await bob.say('two');
    await cem.say('in view');
    await ana.hears('Cem', 'in view');
    // @ts-expect-error: put there above
    const said = () => ana.page.evaluate(() => window.said.filter(Boolean).join('|'));
    await eventually('it is said', async () => /^(2 new messages from Bob\.|New message from Bob\.(\|New message from Bob\.)?)$/.test(await said()));
  });

  scenario(`names and messages are not for translators, and no list says that it is empty above itself: ${browser}`, async (scene) => {
    const [ana, bob] = [await scene.person(browser, 'Ana'), await scene.person(browser, 'Bob')];
    await ana.reads('Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.say('Gift');
    await ana.hears('Bob', 'Gift');
    const left = await ana.page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.nodeValue?.trim() ?? '';
        if (['Ana', 'Bob', 'B', 'Gift'].includes(text) && !node.parentElement?.closest('[translate=no]')) found.push(text);
      }
      return found;
    });
    assert.deepEqual(left, []);
    await bob.logOut();
    await ana.seesInList('Bob', /offline|left|disconnected/i);
    await ana.readsNot('There are no users online');
  });

  scenario(`who leaves while something has not arrived is asked: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    await silentPerson(scene, 'Sid');
    await ana.connectTo('Sid');
    assert.equal(await asks(ana), false);
    await ana.say('Are you there?');
    assert.equal(await asks(ana), true);
    await ana.disconnectFrom('Sid');
    assert.equal(await asks(ana), false, 'it is known not to have been sent');

    const bob = await scene.person(browser, 'Bob');
    await ana.startChat('Bob');
    await bob.show('Ana');
    await ana.say('Hello');
    await bob.hears('Ana', 'Hello');
    await eventually('it has arrived', async () => !(await asks(ana)));
  });
}
