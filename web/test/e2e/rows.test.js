// The list of people stays where it is, whatever it says of them.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const browser of ['chromium', 'firefox']) {
  scenario(`no state moves the rows below: ${browser}`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const bob = await scene.person(browser, 'Bob');
    await scene.person(browser, 'Carol');
    await ana.sees('Carol');
    const places = (/** @type {string} */ words) => ana.page.evaluate((status) => {
      const [row, ...below] = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.person'));
      if (status) Object.assign(row.querySelector('.person-status') ?? {}, { textContent: status });
      return [row, ...below].map((each) => each.getBoundingClientRect().top);
    }, words);
    const before = await places('');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    assert.deepEqual(await places(''), before);
    assert.deepEqual(await places('Connected through a relay (UDP)'), before, 'the longest there is');
    await bob.show('Ana');
    await bob.say('a long line of words '.repeat(10));
    await ana.seesInList('Bob', /a long line/);
    assert.deepEqual(await places(''), before, 'with something said');
    assert.deepEqual(await places('Connected through a relay (UDP)'), before, 'with both');
  });
}
