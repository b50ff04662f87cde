// On paper there is all that was said.
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/**
 * How many pages it prints: the /Count of the root of the page tree (ISO 32000 section 7.7.3), which may be packed.
 * @param {import('./fixture/person.js').Person} person
 */
async function pages({ page }) {
  const pdf = Buffer.from(await page.pdf({ format: 'A4' })).toString('latin1');
  const streams = Array.from(pdf.matchAll(/\bstream\r?\n([^]*?)\r?\nendstream/g), ([, data]) => unpack(data));
  return Math.max(...[pdf, ...streams].flatMap((text) => Array.from(text.matchAll(/\/Count (\d+)/g), ([, count]) => Number(count))));
}

/** @param {string} stream */
function unpack(stream) {
  try {
    return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
  } catch {
    return ''; // an image, say
  }
}

for (const [here, there] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`a conversation takes as many pages as it needs: ${here}`, async (scene) => {
    const ana = await scene.person(here, 'Ana');
    const bob = await scene.person(there, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    assert.equal(await pages(ana), 1);
    await bob.say('one line\n'.repeat(60)); // folded on the screen
    await bob.say('and a last one');
    await ana.hears('Bob', 'and a last one');
    assert.ok(await pages(ana) > 1);
  });
}
