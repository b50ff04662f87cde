// What Peer.send() takes leaves in order, in time, and not all at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Joiner, Splitter, Workspace } from '../../app/lib/chunks.js';
import { Outflow } from '../../app/lib/outflow.js';
import { useClock } from './fakes/clock.js';
import { record } from './fakes/events.js';
import { PacedChannel } from './fakes/paced-channel.js';
import { randomFrom } from './fakes/random.js';

const MiB = 1024 * 1024;

/** An Outflow, its channel, and what has come out at the other end. */
function start(t, { pace = () => ({ ms: 1, bytes: MiB }), joins = 1000 * MiB, most } = {}) {
  const clock = useClock(t);
  const heard = [];
  const joiner = new Joiner({
    most: 1000 * MiB,
    workspace: new Workspace(1000 * MiB),
    inTouch: () => true,
    deliver: (message) => heard.push(message),
    refuse: (fault) => heard.push(new Error(fault)),
  });
  const channel = new PacedChannel((message) => (joins > 0 ? joiner.take(message) : heard.push(message)), pace);
  const outflow = new Outflow(channel, { joins, most });
  const unsent = record(outflow, 'unsent');
  /** Lets everything leave; Blobs are read in real time. */
  const flow = async () => {
    for (let i = 0; i < 10_000 && outflow.amount > 0; i++) await clock.advance(10);
    await clock.advance(20); // empty messages count for nothing: they may leave a pace later
  };
  return { clock, channel, outflow, heard, unsent, flow };
}

/** The same message in one form. */
const plain = async (message) => {
  if (typeof message === 'string') return `text ${message}`;
  if (message instanceof Blob) return plain(await message.arrayBuffer());
  return `data ${Buffer.from(message.buffer ?? message, message.byteOffset, message.byteLength).toString('latin1')}`;
};

/** Whole numbers in [0, n) that are the same in each run. */
function randomOf(seed) {
  const random = randomFrom(seed);
  return (n) => Math.floor(random() * n);
}

/** Any message, mostly of a size at which something changes. */
function anyMessage(random) {
  const sizes = [0, 1, 15, 16, 17, 333, 334, 983, 984, 985, 999, 1000, 1001, 1967, 1968, 1969, 5_000, 40_000, 300_000];
  const size = sizes[random(sizes.length)];
  const bytes = Uint8Array.from({ length: size }, () => random(256));
  switch (random(6)) {
    case 0: return ['a', '\0', '€', '😀', '\ufeff'][random(5)].repeat(size / 4);
    case 1: return `\ufeff${'→'.repeat(size / 3)}`;
    case 2: return bytes.buffer;
    case 3: return new DataView(bytes.buffer, Math.min(size, 3));
    case 4: return new Blob([bytes]);
    default: return new Splitter(random(2) === 1, size + 1).cut(bytes); // looks like a chunk
  }
}

for (let seed = 1; seed <= 40; seed++) {
  test(`any messages arrive, equal and in order, by any channel (${seed})`, async (t) => {
    const random = randomOf(seed);
    const swift = random(2) === 1;
    const pace = () => ({ ms: random(20), bytes: swift ? MiB : 1 + random(100_000) });
    const { clock, outflow, heard, unsent, flow } = start(t, { pace, most: 1000 });
    const messages = Array.from({ length: 1 + random(20) }, () => anyMessage(random));
    for (const message of messages) {
      outflow.send(message);
      if (random(3) === 0) await clock.advance(random(50));
    }
    await flow();
    assert.deepEqual(await Promise.all(heard.map(plain)), await Promise.all(messages.map(plain)));
    assert.deepEqual([unsent, outflow.amount], [[], 0]);
  });
}

test('what fits goes at once, as it is', (t) => {
  const { channel, outflow, heard } = start(t);
  for (const message of ['text', new Uint8Array([1, 2]), 'x'.repeat(65_536)]) assert.equal(outflow.send(message), true);
  assert.deepEqual(channel.sent.map((message) => message.length ?? message.byteLength), [4, 2, 65_536]);
  assert.deepEqual(heard, []);
});

test('what is neither text nor data is refused, at once and later', async (t) => {
  const { outflow, heard, flow } = start(t);
  const refuseAll = () => {
    for (const data of [5, null, undefined, { a: 1 }, [1]]) assert.throws(() => outflow.send(data), { name: 'TypeError' });
  };
  refuseAll();
  outflow.send(new ArrayBuffer(100_000));
  refuseAll();
  await flow();
  assert.deepEqual(heard.map(({ byteLength }) => byteLength), [100_000]);
});

test('chunks wait for the next task', async (t) => {
  const { clock, channel, outflow } = start(t);
  outflow.send('x'.repeat(100_000));
  for (let i = 0; i < 20; i++) await undefined;
  assert.equal(channel.sent.length, 0);
  await clock.advance(0);
  assert.equal(channel.sent.length, 2);
});

test('large messages go in chunks of 64 KiB, no more than a MiB of them ahead', async (t) => {
  const { channel, outflow, heard, flow } = start(t, { pace: () => ({ ms: 1, bytes: 100_000 }) });
  const data = new Uint8Array(5 * MiB).fill(7);
  outflow.send(data);
  outflow.send('small');
  data.fill(8); // it is sent as it was
  await flow();
  assert.deepEqual(heard.map((message) => message.byteLength ?? message), [5 * MiB, 'small']);
  assert.ok(new Uint8Array(heard[0]).every((byte) => byte === 7));
  assert.ok(channel.sent.every((chunk) => (chunk.byteLength ?? chunk.length) <= 65_536));
  assert.ok(channel.peak < MiB + 65_536, String(channel.peak));
});

test('false, when a MiB waits; drain, when 256 KiB do', async (t) => {
  const { clock, channel, outflow } = start(t, { pace: () => ({ ms: 1, bytes: 65_536 }) });
  const drains = [];
  outflow.addEventListener('drain', () => drains.push(outflow.amount));
  const part = new ArrayBuffer(65_536);
  const results = Array.from({ length: 40 }, () => outflow.send(part));
  assert.deepEqual([results.indexOf(false), results.lastIndexOf(true)], [16, 15]);
  assert.equal(outflow.amount, 40 * 65_536);
  let went = false;
  outflow.drained().then(() => { went = true; });
  await clock.advance(35);
  assert.deepEqual([drains, went], [[], false]);
  await clock.advance(2);
  assert.deepEqual([drains, went], [[262_144], true]);
  await outflow.drained();
  await clock.advance(100);
  assert.deepEqual([drains.length, outflow.amount, channel.sent.length], [1, 0, 40]);
});

test('drained() gives up with its signal, and with the channel', async (t) => {
  const { outflow } = start(t);
  const giveUp = new AbortController();
  await assert.rejects(outflow.drained(AbortSignal.abort()), { name: 'AbortError' });
  outflow.send(new ArrayBuffer(2 * MiB));
  const [one, other] = [outflow.drained(giveUp.signal), outflow.drained()];
  giveUp.abort();
  await assert.rejects(one, { name: 'AbortError' });
  outflow.end();
  await assert.rejects(other, { name: 'NetworkError' });
  await assert.rejects(outflow.drained(), { name: 'NetworkError' });
});

test('256 MiB wait at most, and what is too much costs nothing', async (t) => {
  const { clock, outflow, heard, unsent } = start(t, { pace: () => ({ ms: 1000, bytes: 1 }), joins: 2 ** 40 });
  const blob = Object.assign(new Blob(['x']), { slice: () => new Blob([new Uint8Array(65_520)]) });
  Object.defineProperty(blob, 'size', { value: 300 * MiB });
  assert.equal(outflow.send(blob), false, 'by itself a message may be larger');
  assert.throws(() => outflow.send('one more'), { name: 'OperationError' });
  assert.equal(outflow.amount, 300 * MiB);
  outflow.end();
  await clock.advance(0);
  assert.deepEqual([outflow.amount, heard, unsent.map(({ data }) => data)], [0, [], [blob]]);
});

test('too large for the other side: nothing of it is sent, and nothing else is lost', async (t) => {
  const { outflow, heard, flow } = start(t, { joins: 1000, most: 500 });
  assert.throws(() => outflow.send('€'.repeat(334)), { name: 'TypeError', message: /1002 bytes.* 1000/ });
  assert.throws(() => outflow.send(new Blob(['x'.repeat(1001)])), TypeError);
  outflow.send('€'.repeat(333));
  await flow();
  assert.deepEqual(heard, ['€'.repeat(333)]);
});

test('who puts nothing together gets what fits, in order, and no chunk', async (t) => {
  const { channel, outflow, heard, flow } = start(t, { joins: 0, most: 200_000, pace: () => ({ ms: 1, bytes: 50_000 }) });
  const chunk = new Splitter(true, 3).cut(new Uint8Array(3));
  const messages = [...Array.from({ length: 8 }, (_, i) => `${i}`.repeat(200_000)), chunk, new Blob(['blob']), new Blob([]), 'last'];
  for (const message of messages) outflow.send(message);
  for (const large of ['x'.repeat(200_001), new ArrayBuffer(200_001), new Blob([new ArrayBuffer(200_001)])]) {
    assert.throws(() => outflow.send(large), TypeError);
  }
  assert.equal(channel.sent.length, 6, 'the others wait for these');
  await flow();
  assert.deepEqual(await Promise.all(heard.map(plain)), await Promise.all(messages.map(plain)));
});

test('a Blob is read slice by slice, and not ahead', async (t) => {
  const { outflow, heard, flow } = start(t, { pace: () => ({ ms: 1, bytes: 300_000 }) });
  const blob = new Blob([new Uint8Array(3 * MiB).fill(5)]);
  const slices = [];
  let given = 0;
  const { slice } = blob;
  blob.arrayBuffer = () => assert.fail('read as a whole');
  blob.slice = (start, end) => {
    slices.push(end - start);
    given = Math.max(given, end - (3 * MiB - outflow.amount));
    return slice.call(blob, start, end);
  };
  outflow.send(blob);
  await flow();
  assert.deepEqual([heard.length, heard[0].byteLength], [1, 3 * MiB]);
  assert.equal(slices.reduce((sum, size) => sum + size), 3 * MiB);
  assert.ok(Math.max(...slices) <= 65_536 && given < 2 * MiB, String(given));
});

for (const refused of [[0], [1], [5], [3, 4], [6, 7, 8]]) {
  test(`the channel refuses what it is given (${refused}): that message does not arrive, and all else does`, async (t) => {
    const { channel, outflow, heard, unsent, flow } = start(t);
    const { send } = channel;
    let tries = 0;
    channel.send = function (data) {
      if (refused.includes(tries++)) throw new DOMException('full', 'OperationError');
      return send.call(this, data);
    };
    const text = '→'.repeat(100_000);
    outflow.send(text);
    outflow.send(new Uint8Array(100_000));
    outflow.send('small');
    await flow();
    await flow();
    const first = refused[0] < 5;
    assert.deepEqual(unsent.map(({ data, error }) => [typeof data, error.name]), [[first ? 'string' : 'object', 'OperationError']]);
    assert.deepEqual(heard.map((message) => message.length ?? message.byteLength), [100_000, 5]);
    assert.equal(typeof heard[0], first ? 'object' : 'string');
  });
}

test('a Blob that cannot be read to its end does not arrive, and all else does', async (t) => {
  const { outflow, heard, unsent, flow } = start(t);
  const blob = new Blob([new Uint8Array(MiB)]);
  const { slice } = blob;
  blob.slice = (start, end) => (start < MiB / 2 ? slice.call(blob, start, end)
    : { arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) });
  outflow.send('before');
  outflow.send(blob);
  outflow.send('behind');
  await flow();
  assert.deepEqual(heard, ['before', 'behind']);
  assert.deepEqual(unsent.map(({ data, error }) => [data, error.name]), [[blob, 'NotReadableError']]);
  assert.equal(outflow.amount, 0);
});

test('when the channel is given up, what had not all left is told of, and nothing more goes', async (t) => {
  const { clock, channel, outflow, heard, unsent } = start(t, { pace: () => ({ ms: 10, bytes: 65_536 }) });
  const [large, blob] = ['x'.repeat(2 * MiB), new Blob(['y'])];
  for (const message of ['first', large, blob, 'last']) outflow.send(message);
  await clock.advance(100);
  outflow.end();
  const { length } = channel.sent;
  await clock.advance(10_000);
  assert.deepEqual(unsent.map(({ data, error }) => [data, error.name]), [large, blob, 'last'].map((data) => [data, 'NetworkError']));
  assert.deepEqual([heard, channel.sent.length, outflow.amount], [['first'], length, 0]);
});

test('a channel that has closed takes nothing more: all of that is told when it is given up', async (t) => {
  const { clock, channel, outflow, unsent } = start(t, { pace: () => ({ ms: 10, bytes: 65_536 }) });
  for (const message of ['x'.repeat(2 * MiB), 'last']) outflow.send(message);
  await clock.advance(100);
  channel.close();
  await clock.advance(1000);
  assert.deepEqual(unsent, []);
  outflow.end();
  await clock.advance(0);
  assert.deepEqual(unsent.map(({ data }) => data.length), [2 * MiB, 4]);
});

test('nor is a Blob told of twice', async (t) => {
  const { clock, channel, outflow, unsent } = start(t);
  const blob = new Blob(['x']);
  blob.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) });
  outflow.send(blob);
  channel.close();
  await clock.advance(10);
  outflow.end();
  await clock.advance(0);
  assert.deepEqual(unsent.map(({ data }) => data), [blob]);
});

test('what a browser counts wrongly as its channel opens holds up nothing', async (t) => {
  const { clock, channel, outflow, heard } = start(t);
  channel.bufferedAmount = 2 * MiB;
  outflow.send('x'.repeat(100_000));
  await clock.advance(400);
  assert.deepEqual(heard, []);
  await clock.advance(200);
  assert.equal(heard.length, 1);
});

test('whoever hears of drain and sends more at once: each message goes once', async (t) => {
  const { outflow, heard, unsent, flow } = start(t);
  const unreadable = new Blob([new Uint8Array(2 * MiB)]);
  Object.defineProperty(unreadable, 'slice', { value: () => ({ arrayBuffer: async () => { throw new DOMException('gone', 'NotReadableError'); } }) });
  outflow.addEventListener('drain', () => outflow.send(new Uint8Array(3 * MiB)), { once: true });
  outflow.send(unreadable);
  await flow();
  assert.deepEqual(heard.map((message) => message.byteLength ?? message), [3 * MiB]);
  assert.deepEqual([outflow.amount, unsent.length], [0, 1]);
});
