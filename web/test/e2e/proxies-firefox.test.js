// Firefox through each of nginx, Apache, Caddy and HAProxy: what proxies and
// browsers agree on, such as HTTP/2, is for each pair of them to find out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './fixture/browsers.js';
import { Person } from './fixture/person.js';
import { Stand } from './fixture/stand.js';

const stand = new Stand('TestStand');
/** @type {Record<string, string>} */
let addresses;
/** @type {import('puppeteer-core').Browser} */
let browser;

before(async () => {
  [addresses, browser] = await Promise.all([stand.start(), launch('firefox', { acceptInsecureCerts: true })]);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await stand.stop();
});

for (const proxy of ['nginx', 'apache', 'caddy', 'haproxy']) {
  test(`two people with Firefox chat through ${proxy}`, { timeout: 120_000 }, async () => {
    const people = [];
    for (const name of ['Ana', 'Ben']) {
      const context = await browser.createBrowserContext();
      const person = new Person(await context.newPage(), `${addresses[`${proxy}, stripped`]}?room=tea`);
      people.push(person);
      await person.visit();
      await person.logIn(name);
    }
    const [ana, ben] = people;
    await ana.startChat('Ben');
    await ben.isConnectedTo('Ana');
    await ben.show('Ana');
    await ana.say('through it');
    await ben.hears('Ana', 'through it');
    await ben.say('and back');
    await ana.hears('Ben', 'and back');
    assert.deepEqual(people.flatMap(({ trouble }) => trouble), []);
    for (const { page } of people) await page.browserContext().close();
  });
}
