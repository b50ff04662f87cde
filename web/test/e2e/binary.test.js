// What another client sends that is no text can be saved.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from './fixture/person.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const [here, there] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`binary data is saved as it came: ${here}`, async (scene) => {
    const folder = mkdtempSync(join(tmpdir(), 'beckon-binary-'));
    scene.atEnd(() => rmSync(folder, { recursive: true }));
    const context = await /** @type {import('puppeteer-core').Browser} */ (scene.browsers.get(here))
      .createBrowserContext({ downloadBehavior: { policy: 'allow', downloadPath: folder } });
    scene.atEnd(() => void context.close().catch(() => {}));
    const ana = new Person(await context.newPage(), scene.url);
    scene.people.push(ana);
    await ana.visit();
    await ana.logIn('Ana');
    const bob = await scene.person(there, 'Bob');
    await bob.page.evaluate(() => {
      const { send } = RTCDataChannel.prototype;
      RTCDataChannel.prototype.send = function (/** @type {any} */ data) {
        send.call(this, data.includes('"message":"a file"') ? new Uint8Array([0, 60, 254, 255]) : data);
      };
    });
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await bob.say('a file');
    await ana.reads('(binary data, 4 bytes)');
    await ana.press('Save as a file');
    const saved = await eventually('it is there', () => readdirSync(folder).find((name) => /^received-.*\.bin$/.test(name)));
    await eventually('all of it', () => readFileSync(join(folder, saved)).length === 4);
    assert.deepEqual([...readFileSync(join(folder, saved))], [0, 60, 254, 255]);
  });
}
