// A link to a room that there cannot be.
import assert from 'node:assert/strict';
import { axeFindings } from './fixture/axe.js';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const browser of ['chromium', 'firefox']) {
  scenario(`it is said of the room, which can be changed: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    ana.url = `${scene.server.url}?room=${'x'.repeat(100)}&more=1`;
    await ana.visit();
    await ana.typeName('Ana');
    await ana.press('Log in');
    const room = await ana.find('textbox', 'Room');
    assert.deepEqual(await room.evaluate((el) => [el.getAttribute('aria-invalid'), document.activeElement === el]), ['true', true]);
    const name = await ana.find('textbox', 'Username');
    assert.equal(await name.evaluate((el) => el.getAttribute('aria-invalid')), null);
    assert.deepEqual(await axeFindings(ana.page), []);
    await room.type('tea'); // over what was there, which is selected
    await ana.press('Log in');
    await ana.reads('Logged in as Ana');
    assert.equal(new URL(ana.page.url()).search, '?room=tea&more=1');
  });
}
