// Two who add, replace and remove tracks at random, while paths, connections and
// the server come and go: in the end each gets what the other wants to be seen and heard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeStream, FakeTrack } from './fakes/media.js';
import { randomFrom } from './fakes/random.js';
import { startTalk } from './fakes/talk.js';

const PURPOSES = ['camera', 'screen', 'slides', 'microphone', 'music'];
const RUNS = 200;
const STEPS = 40;

/** One side's wishes, and what may become of them in one step. */
function wishesOf(side, random) {
  const sent = new Map();
  const pick = (list) => list[Math.floor(random() * list.length)];
  const kindOf = (purpose) => (['microphone', 'music'].includes(purpose) ? 'audio' : 'video');
  const streams = [[], [new FakeStream()], [new FakeStream(), new FakeStream()]];
  return {
    add() {
      const purpose = pick(PURPOSES);
      if (!sent.has(purpose)) sent.set(purpose, side.peer.addTrack(new FakeTrack(kindOf(purpose)), { purpose, streams: pick(streams) }));
    },
    replace() {
      const one = pick([...sent.values()]);
      one?.replaceTrack(new FakeTrack(one.track.kind));
    },
    remove() {
      const purpose = pick([...sent.keys()]);
      sent.get(purpose)?.remove();
      sent.delete(purpose);
    },
    get wanted() {
      return Object.fromEntries([...sent].map(([purpose, { track }]) => [purpose, track.id]).sort());
    },
  };
}

/** What befalls the two. */
const events = {
  newPath: ({ anas }) => anas.peer.restartIce(),
  otherNewPath: ({ bobs }) => bobs.peer.restartIce(),
  outOfTouch: ({ network }) => network.lose('disconnected'),
  newConnection({ network }) {
    for (const pc of network.open) pc.settledWith = () => false; // these will never meet again
    network.lose('failed');
  },
  badAnswer({ network }, random) {
    network.open[random() < 0.5 ? 0 : network.open.length - 1].failNext = 'answer';
  },
  /** Nothing is said meanwhile. */
  async noServer({ server, clock }, random) {
    server.crash();
    await clock.advance(random() * 1_000);
    server.up = true;
  },
  /** What is said meanwhile does not arrive; both find out, as they lose the server. */
  async lostOnTheWay({ server, clock }, random) {
    server.intercept = (socket, { type }) => type === 'offer' || type === 'answer';
    await clock.advance(random() * 20);
    server.intercept = () => false;
    for (const { socket } of [...server.users.values()]) socket?.end(1006, '');
  },
  pace({ network }, random) {
    network.pace = Math.floor(random() * 8);
  },
};

/** Each track ends before another of that purpose begins. */
function assertInTurn(told) {
  const there = new Set();
  for (const [sign, purpose] of told.filter((line) => line[0] !== '!').map((line) => [line[0], line.slice(1)])) {
    assert.equal(there.has(purpose), sign === '-', `${sign}${purpose} in ${told.join(' ')}`);
    if (sign === '+') there.add(purpose);
    else there.delete(purpose);
  }
}

const met = { crossings: 0, renewals: 0, failures: 0 };

for (let seed = 1; seed <= RUNS; seed++) {
  test(`at random, ${seed}`, async (t) => {
    const random = randomFrom(seed);
    const talk = await startTalk(t);
    const { anas, bobs, clock, network } = talk;
    const wishes = [wishesOf(anas, random), wishesOf(bobs, random)];
    for (let step = 0; step < STEPS; step++) {
      const luck = random();
      if (luck < 0.9) wishes[luck < 0.45 ? 0 : 1][['add', 'add', 'replace', 'remove'][Math.floor(random() * 4)]]();
      else await Object.values(events)[Math.floor(random() * Object.keys(events).length)](talk, random);
      if (random() < 0.6) await clock.advance(Math.floor(random() ** 4 * 2_000));
      if (luck > 0.99) await clock.advance(30_000);
    }
    network.pace = 0;
    await clock.advance(120_000);
    assert.deepEqual([anas.peer.state, bobs.peer.state], ['open', 'open']);
    assert.deepEqual(anas.arriving, wishes[1].wanted);
    assert.deepEqual(bobs.arriving, wishes[0].wanted);
    for (const { told } of [anas, bobs]) assertInTurn(told);
    assert.equal(network.overlaps, 0);
    met.crossings += network.all.reduce((sum, { rollbacks }) => sum + rollbacks, 0);
    met.renewals += anas.peer.epoch - 1;
    met.failures += anas.told.filter((line) => line[0] === '!').length;
  });
}

test('all that was meant to happen has happened', () => {
  for (const [what, times] of Object.entries(met)) assert.ok(times >= RUNS / 10, `${what}: ${times}`);
});
