// The link is down for so long that everything is made anew: what was typed
// meanwhile, and what the old connection had not delivered, goes over the new one.
import assert from 'node:assert/strict';
import { freeze } from './fixture/frozen.js';
import { connectionsUsed, meddled } from './fixture/meddled.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

// The server does not miss who is away for a minute.
const scenario = stage({
  browsers: { chromium: 'chromium', firefox: 'firefox' },
  serverArgs: ['--ping-interval', '3m', '--pong-timeout', '1m'],
});

for (const [one, other] of /** @type {const} */ ([['chromium', 'firefox'], ['firefox', 'chromium']])) {
  scenario(`${one}: what was typed before another connection was made arrives over that one`, async (scene) => {
    const zoe = await meddled(scene, one, 'Zoe'); // of two, the one with the greater name looks after the connection
    const browser = await scene.ownBrowser(other);
    const bob = await scene.person(browser, 'Bob');
    await zoe.startChat('Bob');
    await bob.isConnectedTo('Zoe');
    await bob.show('Zoe');
    await zoe.say('before');
    await bob.hears('Zoe', 'before');
    const before = await connectionsUsed(zoe);

    zoe.expectLinkTrouble();
    const thaw = freeze(scene, browser);
    await zoe.say('in the last moment');
    await zoe.seesInList('Bob', /reconnecting/i, { timeout: 30_000 });
    await zoe.say('meanwhile');
    await eventually('everything is made anew', async () => await connectionsUsed(zoe) > before, { timeout: 60_000 });
    await zoe.say('to the new one');
    thaw();
    await zoe.isConnectedTo('Bob', { timeout: 60_000 });
    await bob.hears('Zoe', 'to the new one', { timeout: 30_000 });
    await bob.say('got all');
    await zoe.hears('Bob', 'got all');
    await eventually('nothing waits any more', async () => !/Waiting|not sent|May not/.test(await zoe.text()));
    const texts = (await bob.messages()).map(({ text }) => text);
    assert.deepEqual(texts, ['before', 'in the last moment', 'meanwhile', 'to the new one', 'got all']);
  });
}
