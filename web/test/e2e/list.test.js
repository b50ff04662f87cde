// What the list of people says of conversations, and how one finds somebody in it.
import assert from 'node:assert/strict';
import { Crowd } from '../bench/crowd.js';
import { inspect } from './fixture/looks.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const [here, there] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`the last line of a conversation, whose it is, and when: ${here}`, async (scene) => {
    const ana = await scene.person(here, 'Ana');
    const bob = await scene.person(there, 'Bob');
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('first line\nsecond line');
    await ana.seesInList('Bob', /You:\s+first line second line\s+\d{1,2}[:.]\d{2}/);
    await bob.hears('Ana', 'first line\nsecond line');
    await bob.seesInList('Ana', /first line second line/);
    assert.doesNotMatch(await bob.rowOf('Ana'), /You:/);
    await bob.say(`and ${'w'.repeat(300)}`);
    await ana.seesInList('Bob', /^and www/m);
    assert.doesNotMatch(await ana.rowOf('Bob'), /You:/);
    await bob.say('<b>good night</b>');
    await ana.seesInList('Bob', /^<b>good night<\/b>/m);
    if (here === 'chromium') await inspect(ana, 'last line');
    await ana.disconnectFrom('Bob');
    await ana.seesInList('Bob', /good night/);
    await ana.press('Close conversation');
    await eventually('nothing is left of it', async () => !/good night/.test(await ana.rowOf('Bob')));
  });

  scenario(`in a longer list one can search: ${here}`, async (scene) => {
    const crowd = new Crowd(`${scene.server.socketUrl}/ws`, scene.room);
    scene.atEnd(() => crowd.go(Infinity));
    await crowd.come(8);
    const ana = await scene.person(here, 'Ana');
    await ana.find('button', 'Message Guest 8');
    assert.equal(await ana.has('searchbox', 'Find somebody'), false, 'eight are few');
    await scene.person(there, 'Zoë');
    await crowd.come(2);
    const listed = () => ana.page.$$eval('.person', (rows) => rows.map((row) => row.querySelector('.person-name')?.textContent).join());
    const field = await ana.find('searchbox', 'Find somebody');
    await field.type('ZOE');
    await eventually('Zoë is found', async () => await listed() === 'Zoë');
    await field.type('x');
    await ana.reads('Nobody here has a name like that.');
    if (here === 'chromium') await inspect(ana, 'nobody found');
    await field.focus();
    await ana.page.keyboard.press('Escape');
    await eventually('all are listed again', async () => (await listed()).split(',').length === 11);
    await ana.readsNot('Nobody here has a name like that.');

    await field.type('guest 1');
    await eventually('two are found', async () => await listed() === 'Guest 1,Guest 10');
    crowd.go(8);
    await eventually('one of them has left', async () => await listed() === 'Guest 10');
    await ana.page.keyboard.press('Escape');
    await eventually('the others are there', async () => await listed() === 'Guest 9,Guest 10,Zoë');
    await ana.find('searchbox', 'Find somebody'); // one may be about to type
    await (await ana.find('heading', 'Online users')).focus();
    await ana.lacks('searchbox', 'Find somebody');
  });
}
