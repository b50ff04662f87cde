// A room with more people than a page should list at once.
import assert from 'node:assert/strict';
import { Crowd } from '../bench/crowd.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const browser of ['chromium', 'firefox']) {
  scenario(`700 people: 500 are listed, the others for the asking (${browser})`, async (scene) => {
    const crowd = new Crowd(`${scene.server.socketUrl}/ws`, scene.room);
    scene.atEnd(() => crowd.go(Infinity));
    await crowd.come(700);
    const ana = await scene.person(browser, 'Ana');
    const listed = () => ana.page.$$eval('.person', (rows) => rows.map((row) => row.querySelector('.person-name')?.textContent));
    const guests = (/** @type {number} */ from, /** @type {number} */ to) => Array.from({ length: to - from + 1 }, (_, i) => `Guest ${from + i}`);
    await eventually('500 are listed', async () => (await listed()).length === 500);
    assert.deepEqual(await listed(), guests(1, 500), 'the first by name');
    await ana.reads(/Online users\s+700/);

    const more = await ana.find('button', 'Show more (200)');
    await more.evaluate((button) => /** @type {HTMLElement} */ (button).click());
    await eventually('more are listed', async () => (await listed()).length >= 550);
    await eventually('all are listed to who scrolls on', async () => {
      await ana.page.$eval('.people', (list) => list.scrollTo(0, list.scrollHeight));
      return (await listed()).length === 700;
    });
    assert.deepEqual(await listed(), guests(1, 700));
    assert.equal(await ana.page.$('.people-more'), null);

    crowd.go(690);
    await eventually('who left is no longer listed', async () => (await listed()).length === 10);
  });
}
