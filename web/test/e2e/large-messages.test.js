// Messages of any size between two libraries, and what becomes of those that are
// too large for another client.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });
const MB = 1_000_000;
/** So many characters are 5 MB of text. */
const EUROS = 1_666_666;

/**
 * Has a page listen as Flo, by the library itself, beside the chat page: `end` is what it has heard, each as its kind,
 * its size and a sum of what is in it, when the other side has hung up.
 *
 * @param {import('./fixture/person.js').Person} person
 * @param {string} room
 * @param {string} options of Peers
 */
async function listen(person, room, options = '{}') {
  await person.page.evaluate(`(async () => {
    const { Peers, Signaling } = await import('/lib/beckon.js');
    const signaling = new Signaling();
    const peers = new Peers(signaling, ${options});
    const read = (data) => {
      if (typeof data === 'string') return ['text', data.length, data.slice(-3)];
      return ['data', data.byteLength, new Uint8Array(data).reduce((sum, byte, i) => (sum * 31 + byte + i) % 1_000_003, 0)];
    };
    window.end = new Promise((resolve) => {
      const heard = [];
      peers.addEventListener('peer', ({ detail: { peer } }) => {
        peer.addEventListener('message', ({ detail }) => heard.push(read(detail.data)));
        peer.addEventListener('close', () => resolve([...heard, peer.reason]));
      });
    });
    await signaling.login({ name: 'Flo', room: '${room}' });
  })()`);
}

/**
 * Has a page call Flo as Eve, and do something with that Peer.
 *
 * @param {import('./fixture/person.js').Person} person
 * @param {string} room
 * @param {string} what
 */
function call(person, room, what) {
  return person.page.evaluate(`(async () => {
    const { Peers, Signaling } = await import('/lib/beckon.js');
    const signaling = new Signaling();
    const peers = new Peers(signaling);
    await signaling.login({ name: 'Eve', room: '${room}' });
    const peer = await peers.connect('Flo').opened;
    ${what}
  })()`);
}

/** The sum that the listener makes. @param {number} size @param {number} step */
function sumOf(size, step) {
  let sum = 0;
  for (let i = 0; i < size; i++) sum = (sum * 31 + (i * step) % 251 + i) % 1_000_003;
  return sum;
}

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium'], ['chromium', 'chromium'], ['firefox', 'firefox']]) {
  scenario(`text, data and a Blob arrive whole, and in order with small ones: ${one} to ${other}`, async (scene) => {
    const [ana, bob] = [await scene.visitor(one), await scene.visitor(other)];
    await listen(bob, scene.room);
    const told = await call(ana, scene.room, `
      const bytes = (size, step) => {
        const made = new Uint8Array(size);
        for (let i = 0; i < size; i++) made[i] = (i * step) % 251;
        return made;
      };
      const parts = ['first', '€'.repeat(${EUROS}) + 'end', bytes(${5 * MB}, 7), new Blob([bytes(${20 * MB}, 3)]), 'last'];
      let drains = 0;
      peer.addEventListener('drain', () => { drains++; });
      const results = parts.map((part) => peer.send(part));
      await peer.drained();
      const left = peer.bufferedAmount;
      peer.send('bye');
      peer.close({ flush: 60_000 }); // a slow machine takes its time
      return { results, drains, left };
    `);
    assert.deepEqual(await bob.page.evaluate('end'), [
      ['text', 5, 'rst'], ['text', EUROS + 3, 'end'], ['data', 5 * MB, sumOf(5 * MB, 7)], ['data', 20 * MB, sumOf(20 * MB, 3)],
      ['text', 4, 'ast'], ['text', 3, 'bye'], 'closed-by-peer',
    ]);
    const { results, drains, left } = /** @type {any} */ (told);
    assert.deepEqual([results, drains], [[true, false, false, false, false], 1]);
    assert.ok(left <= 262_144, String(left));
  });
}

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`${other} is called and sends a large message as the channel opens: to ${one}`, async (scene) => {
    const [ana, bob] = [await scene.visitor(one), await scene.visitor(other)];
    const sent = bob.page.evaluate(`(async () => {
      const { Peers, Signaling } = await import('/lib/beckon.js');
      const signaling = new Signaling();
      const peers = new Peers(signaling);
      const drained = new Promise((resolve) => {
        peers.addEventListener('peer', ({ detail: { peer } }) => {
          peer.addEventListener('open', () => {
            peer.send('hello');
            peer.send(new ArrayBuffer(${5 * MB}));
          });
          peer.addEventListener('drain', () => resolve('drained'));
        });
      });
      await signaling.login({ name: 'Flo', room: '${scene.room}' });
      window.loggedIn = true;
      return drained;
    })()`);
    await bob.page.waitForFunction('window.loggedIn');
    const heard = await ana.page.evaluate(`(async () => {
      const { Peers, Signaling } = await import('/lib/beckon.js');
      const signaling = new Signaling();
      const peers = new Peers(signaling);
      await signaling.login({ name: 'Eve', room: '${scene.room}' });
      const peer = peers.connect('Flo');
      const heard = [];
      return new Promise((resolve) => {
        peer.addEventListener('message', ({ detail: { data } }) => {
          heard.push(data.length ?? data.byteLength);
          if (heard.length === 2) resolve(heard);
        });
      });
    })()`);
    assert.deepEqual(heard, [5, 5 * MB]);
    assert.equal(await sent, 'drained');
  });

  scenario(`too large for who announces nothing: refused in words, and the rest goes on: ${one} to ${other}`, async (scene) => {
    const [ana, bob] = [await scene.visitor(one), await scene.visitor(other)];
    await listen(bob, scene.room, '{ maxMessageSize: 0 }');
    const refusals = await call(ana, scene.room, `
      const refusals = [];
      for (const part of ['small', 'x'.repeat(300_000), new Blob(['behind it'])]) {
        try {
          peer.send(part);
        } catch ({ name, message }) {
          refusals.push([name, message]);
        }
      }
      peer.close({ flush: 60_000 });
      return refusals;
    `);
    const [[name, message], ...others] = /** @type {string[][]} */ (refusals);
    assert.deepEqual([name, others], ['TypeError', []]);
    assert.match(message, /large|size|exceed/i);
    const [small, behind, reason] = /** @type {any[]} */ (await bob.page.evaluate('end'));
    assert.deepEqual([small.slice(0, 2), behind.slice(0, 2), reason], [['text', 5], ['data', 9], 'closed-by-peer']);
  });
}
