// The page about the library, as a browser shows it.
import assert from 'node:assert/strict';
import { axeFindings } from './fixture/axe.js';
import { PHONE, scrollsSideways } from './fixture/looks.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

scenario('it reads well everywhere, and all its links lead somewhere', async (scene) => {
  const ana = await scene.visitor('chromium');
  await ana.page.goto(`${scene.server.url}lib/`);
  assert.deepEqual(await axeFindings(ana.page), []); // once: it is a long page, and its colours are the chat page's
  for (const size of [PHONE, { width: 320, height: 640 }]) {
    await ana.page.setViewport(size);
    assert.equal(await scrollsSideways(ana.page), false, `${size.width} px`);
  }
  const dead = await ana.page.evaluate(() => Array.from(document.querySelectorAll('a'), ({ hash, href }) => [hash, href])
    .filter(([hash]) => !document.getElementById(decodeURIComponent(hash.slice(1)))));
  assert.deepEqual(dead, []);
});

scenario('it opens in Firefox, too', async (scene) => {
  const bob = await scene.visitor('firefox');
  await bob.page.goto(`${scene.server.url}lib/`);
  assert.match(await bob.page.evaluate('document.title'), /beckon/);
});
