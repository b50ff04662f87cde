// Two who make, use and close named channels at random, while paths and
// connections come and go: what arrives is in order and there once, both agree
// on what there is in the end, and then all of it works.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomFrom } from './fakes/random.js';
import { startTalk } from './fakes/talk.js';

const LABELS = ['game', 'chat', '', '__proto__'];
const RUNS = 150;
const STEPS = 40;
const LARGE = 150_000;

/** One side: the channels that it has now, by label, and what came by each of them. */
class Side {
  live = new Map();
  heard = new Map();
  sent = 0;
  faults = [];

  constructor(name, { peer }, random) {
    this.name = name;
    this.peer = peer;
    this.random = random;
    peer.addEventListener('channel', ({ detail: { channel } }) => this.watch(channel));
  }

  watch(channel) {
    if (this.live.get(channel.label) === channel) return channel;
    if (this.live.has(channel.label)) this.faults.push(`two of ${channel.label}`);
    const heard = [];
    this.live.set(channel.label, channel);
    this.heard.set(channel.label, heard);
    channel.addEventListener('message', ({ detail: { data } }) => {
      if (channel.state === 'closed') this.faults.push('heard after the end');
      heard.push(Number.parseInt(data, 10));
    });
    channel.addEventListener('close', () => {
      if (this.live.get(channel.label) !== channel) this.faults.push('closed twice');
      this.live.delete(channel.label);
    });
    return channel;
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  make(label = this.pick(LABELS)) {
    return this.watch(this.peer.channel(label));
  }

  say() {
    const channel = this.pick([...this.live.values()]);
    if (channel?.state !== 'open') return;
    const number = String(++this.sent);
    channel.send(this.random() < 0.2 ? number.padEnd(LARGE) : number);
  }

  close() {
    this.pick([...this.live.values()])?.close();
  }

  get states() {
    return Object.fromEntries([...this.live].map(([label, { state }]) => [`=${label}`, state]).sort());
  }
}

const events = {
  async rest({ clock }, random) {
    await clock.advance(random() * 20);
  },
  async slow({ network }, random) {
    for (const { channels } of network.open) for (const channel of channels) channel.rate = random() < 0.5 ? 2_000 : Infinity;
  },
  async outOfTouch({ network, clock }, random) {
    network.lose('disconnected');
    await clock.advance(random() * 2_000);
  },
  async newConnection({ network, clock }, random) {
    for (const pc of network.open) pc.settledWith = () => false; // these will never meet again
    network.lose('failed');
    await clock.advance(random() * 20_000);
  },
};

async function play(t, seed) {
  const random = randomFrom(seed);
  const talk = await startTalk(t);
  const { clock, anas, bobs } = talk;
  const [ana, bob] = [new Side('ana', anas, random), new Side('bob', bobs, random)];
  const done = [];
  for (let step = 0; step < STEPS; step++) {
    const side = random() < 0.5 ? ana : bob;
    const name = side.pick(['make', 'make', 'say', 'say', 'say', 'say', 'close', 'rest', 'rest', 'slow', 'outOfTouch', 'newConnection']);
    done.push(`${name in events ? '' : `${side.name} `}${name}`);
    if (name in events) await events[name](talk, random);
    else side[name]();
  }
  for (let i = 0; i < 150; i++) await clock.advance(1_000);
  const story = `seed ${seed}: ${done.join(', ')}`;
  assert.deepEqual([ana.peer.state, bob.peer.state], ['open', 'open'], story);
  assert.deepEqual(ana.states, bob.states, story);
  for (const side of [ana, bob]) {
    assert.deepEqual(side.faults, [], story);
    assert.ok(Object.values(side.states).every((state) => state === 'open'), story);
    for (const heard of side.heard.values()) assert.deepEqual(heard, [...new Set(heard)].sort((a, b) => a - b), story);
  }
  for (const label of LABELS) ana.make(label);
  await clock.advance(2_000);
  for (const [from, to] of [[ana, bob], [bob, ana]]) {
    for (const label of LABELS) from.live.get(label).send('1000000');
    await clock.advance(2_000);
    for (const label of LABELS) assert.equal(to.heard.get(label).at(-1), 1_000_000, `${label}, ${story}`);
  }
}

test('channels made, used and closed at random', async (t) => {
  for (let seed = 1; seed <= RUNS; seed++) await t.test(`seed ${seed}`, (t) => play(t, seed));
});
