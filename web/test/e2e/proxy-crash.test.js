// The reverse proxy dies, or freezes, while people chat: the conversation goes
// on without it, and when it is back everybody is in the room again by themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './fixture/browsers.js';
import { Person } from './fixture/person.js';
import { Stand } from './fixture/stand.js';

const stand = new Stand('TestCrashStand');
/** @type {Record<string, string>} */
let addresses;
/** @type {import('puppeteer-core').Browser} */
let browser;

before(async () => {
  [addresses, browser] = await Promise.all([stand.start(), launch('chromium', { acceptInsecureCerts: true })]);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await stand.stop();
});

for (const [proxy, ends, returns] of [['nginx', 'kill', 'start'], ['haproxy', 'kill', 'start'], ['nginx', 'freeze', 'thaw']]) {
  test(`${ends} ${proxy} in mid-chat`, { timeout: 120_000 }, async () => {
    const room = `${addresses[proxy]}?room=${ends}`;
    const [ana, bob] = [await arrive(room, 'Ana'), await arrive(room, 'Bob')];
    await ana.startChat('Bob');
    await bob.isConnectedTo('Ana');
    await bob.show('Ana');
    await ana.say('before');
    await bob.hears('Ana', 'before');
    for (const person of [ana, bob]) person.expectServerTrouble();

    const begun = Date.now();
    await stand.asks(`${ends} ${proxy}`);
    for (const person of [ana, bob]) await person.reads(/no connection to the server|reconnecting/i);
    assert.ok(Date.now() - begun < 10_000, 'a page that is seen knows within ten seconds');
    await ana.say('without it');
    await bob.hears('Ana', 'without it');

    await stand.asks(`${returns} ${proxy}`);
    for (const person of [ana, bob]) await person.lacksNotice({ timeout: 35_000 });
    const cem = await arrive(room, 'Cem');
    for (const name of ['Ana', 'Bob']) await cem.sees(name);
    for (const person of [ana, bob]) await person.sees('Cem');
    await cem.startChat('Ana');
    await ana.isConnectedTo('Cem');
    await bob.say('same as ever');
    await ana.show('Bob');
    await ana.hears('Bob', 'same as ever');
    assert.deepEqual((await ana.messages()).map(({ text }) => text), ['before', 'without it', 'same as ever']);
    assert.deepEqual([ana, bob, cem].flatMap(({ trouble }) => trouble), []);
    for (const { page } of [ana, bob, cem]) await page.browserContext().close();
  });
}

/**
 * Somebody who has logged in, in a profile of their own.
 * @param {string} url
 * @param {string} name
 */
async function arrive(url, name) {
  const context = await browser.createBrowserContext();
  const person = new Person(await context.newPage(), url);
  await person.visit();
  await person.logIn(name);
  return person;
}
