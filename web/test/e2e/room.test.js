// Three pages of somebody's own, with nothing but join().
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

scenario('three join a room, talk to all at once, and one goes', async (scene) => {
  const pages = [];
  for (const [browser, name] of [['chromium', 'Kim'], ['firefox', 'Lou'], ['chromium', 'Max']]) {
    const { page } = await scene.visitor(browser);
    pages.push(page);
    await page.evaluate(`(async () => {
      const { join } = await import('/lib/beckon.js');
      window.told = [];
      window.room = await join({ room: '${scene.room} mesh', name: '${name}' });
      room.addEventListener('peerjoin', ({ detail: { peer } }) => told.push('+' + peer.name));
      room.addEventListener('message', ({ detail: { peer, data } }) => told.push(peer.name + ': ' + data));
      room.addEventListener('peerleave', ({ detail: { peer } }) => told.push('-' + peer.name));
    })()`);
  }
  const [kim, lou, max] = pages;
  for (const page of pages) await eventually('all are connected', () => page.evaluate('room.peers.length === 2'));
  await lou.evaluate('room.broadcast("hello"), room.leave()');
  for (const page of [kim, max]) {
    await eventually('Lou is gone', () => page.evaluate('told.includes("-Lou")'));
    const told = /** @type {string[]} */ (await page.evaluate('told'));
    assert.deepEqual(told.filter((line) => line.includes('Lou')), ['+Lou', 'Lou: hello', '-Lou']);
  }
  assert.deepEqual(await kim.evaluate('room.peers.map(({ name }) => name)'), ['Max']);
});
