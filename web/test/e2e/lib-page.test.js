// The page about the library, as a browser shows it.
import assert from 'node:assert/strict';
import { inspect } from './fixture/looks.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

scenario('it reads well everywhere, and all its links lead somewhere', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.page.goto(`${scene.server.url}lib/`);
  await inspect(ana, 'library page');
  const dead = await ana.page.evaluate(() => Array.from(document.querySelectorAll('a'), ({ hash, href }) => [hash, href])
    .filter(([hash]) => !document.getElementById(decodeURIComponent(hash.slice(1)))));
  assert.deepEqual(dead, []);
});

scenario('it is the same without the last slash', async (scene) => {
  const bob = await scene.visitor('firefox');
  await bob.page.goto(`${scene.server.url}lib`);
  assert.equal(await bob.page.evaluate('location.pathname'), '/lib/');
  assert.match(await bob.page.evaluate('document.title'), /beckon/);
});
