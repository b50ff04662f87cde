// Real browsers in homes behind routers of all kinds chat through the real page,
// by the cheapest way that there is, and whatever becomes of their networks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, pause } from '../e2e/fixture/wait.js';
import { Lab } from './fixture/lab.js';

/** @typedef {import('./fixture/lab.js').Kind} Kind */
/** @typedef {import('../e2e/fixture/person.js').Person} Person */

const lab = new Lab();
let possible = false;
before(async () => { possible = await lab.start(); }, { timeout: 120_000 });
after(() => lab.stop());

// What the page says of the way, on a line of its own. Where one of the two has
// a way to the other's relay, it needs none of its own, and an address that it
// learns of by a packet may be the relay's and look like the other's.
const DIRECT = /^Connected directly$/;
const EITHER = /^Connected (directly|through a relay( \((UDP|TCP)\))?)$/;
const ANY = /^Connected (directly|through a relay( \((UDP|TCP|TLS)\))?)$/; // Firefox stays with what works first, be it dear
const TLS = /^Connected through a relay \(TLS\)$/;

const CONE = 'port-restricted cone';

/**
 * Who calls, who is called, and what they see of the way.
 * @type {{ one: [Kind, string], other: [Kind, string], sees: [RegExp, RegExp] }[]}
 */
const pairs = [
  { one: ['chromium', `${CONE} 1`], other: ['chromium', `${CONE} 1, second host`], sees: [DIRECT, DIRECT] },
  { one: ['chromium', 'open 1'], other: ['chromium', `${CONE} 2`], sees: [DIRECT, DIRECT] },
  { one: ['chromium', `${CONE} 1`], other: ['chromium', `${CONE} 2`], sees: [DIRECT, DIRECT] },
  { one: ['chromium', 'symmetric 1'], other: ['chromium', 'symmetric 2'], sees: [EITHER, EITHER] },
  { one: ['chromium', 'UDP blocked 1'], other: ['chromium', 'UDP blocked 2'], sees: [TLS, TLS] },
  { one: ['chromium', 'full cone 1'], other: ['chromium', 'IPv6'], sees: [EITHER, EITHER] },
  { one: ['firefox', 'open 1'], other: ['firefox', `${CONE} 2`], sees: [ANY, ANY] },
  { one: ['firefox', 'symmetric 1'], other: ['firefox', 'symmetric 2'], sees: [ANY, ANY] },
  { one: ['firefox', 'UDP blocked 1'], other: ['firefox', 'UDP blocked 2'], sees: [TLS, TLS] },
  { one: ['chromium', `${CONE} 1`], other: ['firefox', `${CONE} 2`], sees: [ANY, ANY] },
  { one: ['firefox', 'full cone 1'], other: ['chromium', 'symmetric 2'], sees: [ANY, ANY] },
  { one: ['chromium', `${CONE} 1`], other: ['firefox', 'symmetric 2'], sees: [ANY, ANY] },
  { one: ['firefox', 'open 1'], other: ['chromium', 'UDP blocked 2'], sees: [ANY, TLS] },
];

describe('across NATs', { concurrency: 3 }, () => {
  scenario('the line is down for a minute, through a relay', ['chromium', 'unlucky symmetric'], ['chromium', 'symmetric 2'], async (ana, bob) => {
    await lab.asks('down', 'unlucky symmetric');
    await typeWhileAway(ana, bob, 60_000);
    await lab.asks('up', 'unlucky symmetric');
    await heal(ana, bob);
  });

  scenario('the line is down for 10 s, then the router has another address', ['firefox', `unlucky ${CONE}`], ['chromium', `${CONE} 2`], async (ana, bob) => {
    await lab.asks('down', `unlucky ${CONE}`);
    await typeWhileAway(ana, bob, 10_000);
    await lab.asks('up', `unlucky ${CONE}`);
    await heal(ana, bob);
    await lab.asks('renumber', `unlucky ${CONE}`);
    await ana.say('from another address');
    await bob.hears('Ana', 'from another address', { timeout: 60_000 });
  });

  scenario('credentials expire during a call, and nobody notices', ['chromium', 'symmetric 1'], ['firefox', 'symmetric 2'], async (ana, bob) => {
    await seesWay(ana, 'Bob', ANY);
    await seesWay(bob, 'Ana', ANY);
    for (let i = 1; i <= 9; i++) {
      await ana.say(`message ${i}`);
      await bob.hears('Ana', `message ${i}`, { timeout: 30_000 });
      for (const [person, name] of /** @type {const} */ ([[ana, 'Bob'], [bob, 'Ana']])) assert.match(await wayTo(person, name), ANY);
      await pause(5000);
    }
  });

  describe('pairs', { concurrency: 1 }, () => {
    for (const { one, other, sees } of pairs) {
      scenario(`${one.join(', ')}, calls ${other.join(', ')}`, one, other, async (ana, bob) => {
        await seesWay(ana, 'Bob', sees[0]);
        await seesWay(bob, 'Ana', sees[1]);
        assert.deepEqual([...ana.trouble, ...bob.trouble], []);
      });
    }
  });
});

/**
 * Two people who have found each other, and talk.
 * @param {string} title
 * @param {[Kind, string]} one  Ana's browser, and where it is
 * @param {[Kind, string]} other  Bob's
 * @param {(ana: Person, bob: Person) => Promise<void>} goOn
 */
function scenario(title, one, other, goOn) {
  test(title, { timeout: 300_000 }, async () => {
    if (!possible) return;
    await lab.play(one, other, async (ana, bob) => {
      await ana.startChat('Bob');
      await bob.isConnectedTo('Ana');
      await bob.show('Ana');
      await ana.say('hello');
      await bob.hears('Ana', 'hello');
      await bob.say('and back');
      await ana.hears('Bob', 'and back');
      await goOn(ana, bob);
    });
  });
}

/** @param {Person} person @param {string} name */
async function wayTo(person, name) {
  return (await person.rowOf(name)).split('\n').find((line) => /connected/i.test(line)) ?? '';
}

/**
 * Waits until the page says that: browsers may begin with another way and find a
 * cheaper one.
 * @param {Person} person
 * @param {string} name
 * @param {RegExp} way
 */
async function seesWay(person, name, way) {
  let last = '';
  await eventually(`${person.name} sees ${way}`, async () => way.test(last = await wayTo(person, name)), { timeout: 30_000 })
    .catch((error) => {
      error.message += `, but "${last}"`;
      throw error;
    });
}

/**
 * Both type while the line is down, for so long in ms.
 * @param {Person} ana
 * @param {Person} bob
 * @param {number} duration
 */
async function typeWhileAway(ana, bob, duration) {
  for (const person of [ana, bob]) person.expectServerTrouble();
  const end = performance.now() + duration;
  for (let i = 1; i <= 3; i++) {
    for (const person of [ana, bob]) await person.say(`away ${i} of ${person.name}`);
    await pause(duration / 4);
  }
  await pause(end - performance.now());
}

/**
 * Waits until each has all that the other has typed, once and in order.
 * @param {Person} ana
 * @param {Person} bob
 */
async function heal(ana, bob) {
  for (const person of [ana, bob]) await person.say(`back, says ${person.name}`);
  for (const [speaker, listener] of [[ana, bob], [bob, ana]]) {
    await listener.hears(speaker.name, `back, says ${speaker.name}`, { timeout: 60_000 });
    assert.deepEqual(await textsOf(listener, speaker.name), await textsOf(speaker, 'You'));
  }
}

/** @param {Person} person @param {string} sender */
async function textsOf(person, sender) {
  return (await person.messages()).filter((message) => message.sender === sender).map(({ text }) => text);
}
