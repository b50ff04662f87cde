// Two people chat through each of nginx, Apache, Caddy and HAProxy, below a path
// and with TLS, set up by the text of internal/proxies.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './fixture/browsers.js';
import { Person } from './fixture/person.js';
import { Stand } from './fixture/stand.js';
import { pause } from './fixture/wait.js';

/** What the stand makes of the minute in the configurations, in ms. The server's pings are faster in proportion. */
const PROXY_TIMEOUT = 3000;

const stand = new Stand('TestStand');
/** @type {Record<string, string>} */
let addresses;
/** @type {import('puppeteer-core').Browser} */
let browser;

before(async () => {
  [addresses, browser] = await Promise.all([stand.start(), launch('chromium')]);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await stand.stop();
});

/** Somebody who came through a proxy, and what became of their WebSockets. */
class Guest extends Person {
  opened = 0;
  closed = 0;

  /**
   * Has arrived and logged in, in a profile of their own. The certificate's
   * authority is the test's, so the browser is told not to ask for it.
   * @param {string} url
   * @param {string} name
   */
  static async arrive(url, name) {
    const context = await browser.createBrowserContext();
    const guest = new Guest(await context.newPage(), url);
    const session = await guest.page.createCDPSession();
    session.on('Network.webSocketCreated', () => guest.opened++);
    session.on('Network.webSocketClosed', () => guest.closed++);
    await session.send('Network.enable');
    await session.send('Security.setIgnoreCertificateErrors', { ignore: true });
    await guest.visit();
    await guest.logIn(name);
    return guest;
  }
}

const ways = ['nginx', 'apache', 'caddy', 'haproxy'].flatMap((proxy) => [
  { proxy, mount: 'stripped', come: 'without the slash' },
  { proxy, mount: 'kept', come: 'with it' },
]);
/** @type {Guest[]} */
const guests = [];

for (const { proxy, mount, come } of ways) {
  test(`two people chat through ${proxy}, the path ${mount}, having come ${come}`, { timeout: 120_000 }, async () => {
    const address = addresses[`${proxy}, ${mount}`];
    const link = mount === 'stripped' ? address.slice(0, -1) : address;
    const ana = await Guest.arrive(`${link}?room=tea`, 'Ana');
    const ben = await Guest.arrive(`${link}?room=tea`, 'Ben');
    for (const { page } of [ana, ben]) assert.equal(page.url(), `${address}?room=tea`);
    await ana.sees('Ben');
    await ana.startChat('Ben');
    await ben.isConnectedTo('Ana');
    await ben.show('Ana');
    await ana.say('through it');
    await ben.hears('Ana', 'through it');
    await ben.say('and back');
    await ana.hears('Ben', 'and back');
    guests.push(ana, ben);
  });
}

test('they all stay connected for longer than the proxies wait for a word', { timeout: 60_000 }, async () => {
  assert.equal(guests.length, 2 * ways.length);
  await pause(2.5 * PROXY_TIMEOUT);
  for (const { name, url, opened, closed } of guests) {
    assert.deepEqual({ opened, closed }, { opened: 1, closed: 0 }, `WebSockets of ${name} at ${url}`);
  }
  assert.deepEqual(guests.flatMap(({ trouble }) => trouble), []);
});
