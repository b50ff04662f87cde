// Two pages of this client, and what comes between them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from '../../app/js/model/conversation.js';
import { CONFIRM_DELAY, GRACE, LONG_GRACE } from '../../app/js/model/delivery.js';
import { useClock } from '../unit/fakes/clock.js';
import { idOf } from './fakes/library.js';
import { World } from './fakes/world.js';

const fates = ({ conversation }) => conversation.messages.filter(({ mine }) => mine).map(({ text, delivery }) => `${text}: ${delivery}`);

function newWorld() {
  return new World((name, protocol) => new Conversation(name, { now: Date.now, protocol, identity: { id: idOf(name), fingerprint: '' } }));
}

async function connected(t) {
  const clock = useClock(t);
  const world = newWorld();
  world.connect();
  await world.drain(clock);
  return { clock, world, ana: world.ana, bob: world.bob };
}

test('they find each other before anything is said, and confirm in batches', async (t) => {
  const { clock, world, ana, bob } = await connected(t);
  for (const text of ['one', 'two', 'three']) ana.say(text);
  assert.deepEqual(ana.sent.map((frame) => frame['chat.v1']), ['hello', 1, 2, 3]);
  world.deliverAll();
  assert.deepEqual(bob.heard, ['one', 'two', 'three']);
  assert.deepEqual(fates(ana), ['one: pending', 'two: pending', 'three: pending']);
  const before = bob.sent.length;
  await clock.advance(CONFIRM_DELAY);
  assert.deepEqual(bob.sent.slice(before), [{ 'chat.v1': 'seen', seen: 3 }]);
  world.deliverAll();
  assert.deepEqual(fates(ana), ['one: done', 'two: done', 'three: done']);
});

test('typed before the first word of the other side: sent once it is clear who that is', async (t) => {
  const clock = useClock(t);
  const world = newWorld();
  world.connect();
  world.ana.say('early');
  world.bob.say('early too');
  await world.drain(clock);
  assert.deepEqual([world.ana.heard, world.bob.heard], [['early too'], ['early']]);
  assert.equal(world.bob.sent.filter(({ message }) => message).length, 1);
});

test('a first word that nobody was ready for is said again', async (t) => {
  const clock = useClock(t);
  const world = newWorld();
  world.connect();
  const [taker, maker] = world.ana.sent.length > 0 ? [world.ana, world.bob] : [world.bob, world.ana];
  assert.deepEqual(taker.sent.map((frame) => frame['chat.v1']), ['hello']);
  maker.channel.under.get(maker).length = 0;
  taker.say('waits');
  await clock.advance(GRACE);
  await world.drain(clock);
  assert.deepEqual(maker.heard, ['waits']);
  maker.say('answered');
  await world.drain(clock);
  assert.deepEqual(taker.heard, ['answered']);
  const { length } = taker.sent;
  await clock.advance(10 * GRACE);
  assert.equal(taker.sent.length, length);
});

test('typed while reconnecting: sent once when the same channel is back', async (t) => {
  const { clock, world, ana, bob } = await connected(t);
  ana.say('in flight');
  world.interrupt();
  ana.say('meanwhile');
  assert.deepEqual(fates(ana), ['in flight: pending', 'meanwhile: pending']);
  world.resume();
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['in flight', 'meanwhile']);
  assert.deepEqual(fates(ana), ['in flight: done', 'meanwhile: done']);
  assert.equal(ana.sent.filter(({ message }) => message === 'in flight').length, 1);
});

for (const noticed of [true, false]) {
  for (const maker of ['ana', 'bob']) {
    test(`a new channel of ${maker}${noticed ? '' : ', while reconnecting,'} carries what the old one lost, and not what it had delivered`, async (t) => {
      const { clock, world, ana, bob } = await connected(t);
      ana.say('delivered');
      world.deliverAll(); // but the confirmation is lost with the channel
      ana.say('lost');
      world.interrupt();
      ana.say('meanwhile');
      world.connect({ noticed, offerer: world[maker] });
      await world.drain(clock);
      assert.deepEqual(bob.heard, ['delivered', 'lost', 'meanwhile']);
      assert.deepEqual(fates(ana), ['delivered: done', 'lost: done', 'meanwhile: done']);
      assert.equal(ana.sent.filter(({ message }) => message === 'delivered').length, 1);
    });
  }
}

test('ended and connected again: what had arrived is known to have, the rest waits for the button', async (t) => {
  const { clock, world, ana, bob } = await connected(t);
  ana.say('arrived');
  world.deliverAll();
  ana.say('lost');
  world.interrupt();
  ana.say('meanwhile');
  world.end();
  assert.deepEqual(fates(ana), ['arrived: unconfirmed', 'lost: unconfirmed', 'meanwhile: unsent']);
  world.connect();
  await world.drain(clock);
  assert.deepEqual(fates(ana), ['arrived: done', 'lost: unconfirmed', 'meanwhile: unsent']);
  ana.say('first of the new');
  ana.conversation.sendAgain();
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['arrived', 'first of the new', 'lost', 'meanwhile']);
  assert.equal(ana.conversation.failures, 0);
});

test('a page that was reloaded has nothing yet, and its numbers begin anew', async (t) => {
  const { clock, world, ana, bob } = await connected(t);
  ana.say('to the first');
  bob.say('from the first');
  await world.drain(clock);
  ana.say('lost');
  world.interrupt();
  bob.reload();
  world.connect({ offerer: bob });
  bob.say('from the second');
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['lost']);
  assert.deepEqual(ana.heard, ['from the first', 'from the second']);
});

test('somebody with another client under the same name gets bare messages', async (t) => {
  const { clock, world, ana, bob } = await connected(t);
  ana.say('numbered');
  world.interrupt();
  ana.say('bare');
  bob.reload({ bare: true });
  world.connect();
  await world.drain(clock);
  assert.deepEqual(bob.heard, [], 'a page of this client would have had time to speak');
  await clock.advance(LONG_GRACE);
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['numbered', 'bare']);
  assert.ok(bob.frames.every((frame) => Object.keys(frame).join() === 'name,message,time'), JSON.stringify(bob.frames));
});

test('a page whose first word comes late is spoken to barely, then by numbers', async (t) => {
  const clock = useClock(t);
  const world = newWorld();
  const { ana, bob } = world;
  world.connect();
  ana.say('early');
  await clock.advance(GRACE);
  await world.drain(clock);
  ana.say('numbered');
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['early', 'numbered']);
  assert.deepEqual(ana.sent.filter(({ message }) => message).map((frame) => frame['chat.v1']), [undefined, 1]);
});

/** ana has made the channel, and bob's first word is on its way for too long; `arrived` of what she said is there. */
async function slowFirstContact(t, { says = ['one', 'two'], arrived = 1 } = {}) {
  const clock = useClock(t);
  const world = newWorld();
  const { ana, bob } = world;
  world.connect();
  for (const text of says) ana.say(text);
  await clock.advance(GRACE);
  assert.deepEqual(fates(ana), says.map((text) => `${text}: done`), 'that is all that could be done for another client');
  for (let i = 0; i < arrived; i++) bob.take();
  return { clock, world, ana, bob };
}

for (const maker of ['ana', 'bob']) {
  test(`what died with a channel before the first word came is sent again over the next, made by ${maker}, and no more than that`, async (t) => {
    const { clock, world, ana, bob } = await slowFirstContact(t);
    world.interrupt();
    ana.say('three');
    world.connect({ offerer: world[maker] });
    await world.drain(clock);
    assert.deepEqual(bob.heard, ['one', 'two', 'three']);
    assert.deepEqual(fates(ana), ['one: done', 'two: done', 'three: done']);
  });
}

test('what died with the connection waits for the button', async (t) => {
  const { clock, world, ana, bob } = await slowFirstContact(t);
  world.end();
  world.connect();
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['one']);
  assert.deepEqual(fates(ana), ['one: done', 'two: unconfirmed']);
  ana.conversation.sendAgain();
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['one', 'two']);
  assert.equal(ana.conversation.failures, 0);
});

test('a first word that comes late, before the channel dies: what had arrived by then is known', async (t) => {
  const { clock, world, ana, bob } = await slowFirstContact(t, { says: ['one', 'two', 'three'] });
  ana.take(); // the late word, which knows of nothing
  bob.take(); // and 'two'
  world.interrupt();
  world.connect();
  await world.drain(clock);
  assert.deepEqual(bob.heard, ['one', 'two', 'three']);
});

test('once something later is confirmed, what went before has arrived, whoever asks', async (t) => {
  const { clock, world, ana, bob } = await slowFirstContact(t);
  await world.drain(clock);
  ana.say('three');
  await world.drain(clock);
  bob.reload();
  world.connect();
  await world.drain(clock);
  assert.deepEqual(bob.heard, []);
});

test('a page of an earlier version, which does not say what has come, is not told again', async (t) => {
  const { clock, world, ana, bob } = await slowFirstContact(t);
  world.interrupt();
  world.connect();
  ana.peer.gives('{"chat.v1":"hello","from":"x","to":"","seen":0,"ask":false}');
  await clock.advance(60);
  assert.deepEqual(ana.sent.filter(({ message }) => message).map(({ message }) => message), ['one', 'two']);
  assert.deepEqual(bob.heard, ['one']);
});

for (const frame of [
  '{"chat.v1":"seen","seen":-1}', '{"chat.v1":"seen"}', '{"chat.v1":"hello","from":"","to":"","seen":0}',
  `{"chat.v1":"hello","from":"${'x'.repeat(65)}","to":"","seen":0}`, '{"chat.v1":"hello","from":{},"to":"","seen":0}', '{"chat.v1":"of a later version"}',
]) {
  test(`a word that is not understood is ignored: ${frame.slice(0, 60)}`, async (t) => {
    const { clock, world, ana, bob } = await connected(t);
    const before = ana.sent.length;
    ana.peer.gives(frame);
    assert.equal(ana.sent.length, before);
    ana.say('as ever');
    await world.drain(clock);
    assert.deepEqual(bob.heard, ['as ever']);
    assert.deepEqual(ana.heard, []);
  });
}

test('a number that was there already is not shown again, nor one before which something is missing', async (t) => {
  const { world, ana, bob } = await connected(t);
  ana.say('one');
  world.deliverAll();
  for (const number of [1, 3]) bob.peer.gives({ message: `number ${number}`, 'chat.v1': number });
  assert.deepEqual(bob.heard, ['one']);
});

test('what only looks like a word is text', async (t) => {
  const { ana } = await connected(t);
  for (const text of ['{"chat.v1":', '{"chat.v1"', ' {"chat.v1":"seen"}', '"chat.v1"']) ana.peer.gives(text);
  assert.deepEqual(ana.heard, ['{"chat.v1":', '{"chat.v1"', ' {"chat.v1":"seen"}', '"chat.v1"']);
});

test('who hangs up has confirmed what had arrived', async (t) => {
  const { world, ana, bob } = await connected(t);
  ana.say('bye');
  world.deliverAll();
  bob.conversation.hangUp();
  world.deliverAll();
  assert.deepEqual(fates(ana), ['bye: done']);
});

test('whatever happens, in whatever order: everything arrives, nothing twice, in order', async (t) => {
  const clock = useClock(t);
  for (let seed = 1; seed <= 400; seed++) {
    const world = newWorld();
    const random = generator(seed);
    world.connect();
    for (let step = 0; step < 60; step++) await world.chance(random, clock);
    await world.settle(clock);
    const story = `seed ${seed}\n${world.history.join('\n')}`;
    check(world.ana, world.bob, story);
    check(world.bob, world.ana, story);
  }
});

/**
 * @param {World['ana']} from
 * @param {World['ana']} to
 * @param {string} story
 */
function check(from, to, story) {
  for (const life of from.lives) {
    if (life.conversation === null) continue; // another client
    const own = life.conversation.messages.filter(({ mine }) => mine);
    const settled = life === from.lives.at(-1);
    if (settled) assert.deepEqual(own.filter(({ delivery }) => delivery !== 'done'), [], story);
    const order = own.map(({ text }) => text);
    const arrived = new Set();
    for (const { heard } of to.lives) {
      const here = heard.filter((text) => text.startsWith(life.prefix));
      assert.equal(new Set(here).size, here.length, `twice: ${here}\n${story}`);
      assert.deepEqual(here, order.filter((text) => here.includes(text)), `out of order\n${story}`);
      for (const text of here) arrived.add(text);
    }
    if (settled) assert.deepEqual(order.filter((text) => !arrived.has(text) && !life.entrusted.has(text)), [], `lost\n${story}`);
  }
}

/** Park and Miller's. */
function generator(seed) {
  let state = seed * 7919;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
