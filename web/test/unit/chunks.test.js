// Messages in chunks, and what somebody may send who means no good.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNK, Joiner, looksLikeChunk, Splitter, Workspace } from '../../app/lib/chunks.js';
import { useClock } from './fakes/clock.js';

const KiB = 1024;
const [TEXT, BINARY, MORE, CANCEL] = [1, 2, 3, 4];

const clock = useClock({ after() {} }); // of all tests here: a message that is not whole has a timer

/** A Joiner, and what it has said. */
function start({ inTouch = () => true, asBlobs = () => false, most = 1000 * KiB, workspace = new Workspace(2 * most) } = {}) {
  const told = [];
  const joiner = new Joiner({
    most,
    workspace,
    inTouch,
    asBlobs,
    deliver: (message) => told.push(message),
    refuse: (fault) => told.push(new Error(fault)),
  });
  return { joiner, workspace, told };
}

/** A chunk as anybody may make it. */
function chunk(kind, number, payload = '') {
  const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from('beckon'), Buffer.alloc(9), Buffer.from(payload)]);
  bytes[7] = kind;
  bytes.writeBigUInt64BE(BigInt(number), 8);
  return new Uint8Array(bytes).buffer;
}

/** All chunks of a message. */
function split(text, bytes, size) {
  const splitter = new Splitter(text, bytes.length, size);
  const chunks = [];
  for (let part = splitter.next; part; part = splitter.next) chunks.push(splitter.cut(bytes.subarray(...part)));
  return chunks;
}

test('a message comes in chunks of one size, and is whole again', () => {
  const bytes = Uint8Array.from({ length: 200 * KiB + 1 }, (_, i) => i % 251);
  const chunks = split(false, bytes, CHUNK);
  assert.deepEqual(chunks.map(({ byteLength }) => byteLength), [CHUNK, CHUNK, CHUNK, 8257]);
  const { joiner, workspace, told } = start();
  for (const each of chunks) joiner.take(each);
  assert.deepEqual(told.map((message) => new Uint8Array(message)), [bytes]);
  assert.equal(workspace.size, 0);
});

test('text stays text, to the last bit of it', () => {
  const text = `\ufeffÄ€😀\0${'→'.repeat(500)}`;
  const { joiner, told } = start();
  for (const each of split(true, new TextEncoder().encode(text), 100)) joiner.take(each);
  assert.deepEqual(told, [text]);
});

test('ordinary messages pass, also those that are nearly chunks', () => {
  const near = chunk(BINARY, 1, 'x');
  new Uint8Array(near)[6]++;
  const short = chunk(BINARY, 1).slice(0, 15);
  const { joiner, told } = start();
  for (const message of ['', 'text', new ArrayBuffer(0), near, short]) {
    if (typeof message !== 'string') assert.equal(looksLikeChunk(new Uint8Array(message)), false);
    joiner.take(message);
  }
  assert.deepEqual(told, ['', 'text', new ArrayBuffer(0), near, short]);
});

test('what was begun can be taken back, and nothing of it comes', () => {
  const { joiner, workspace, told } = start();
  const splitter = new Splitter(false, 5);
  joiner.take(chunk(BINARY, 5, 'abc'));
  assert.equal(workspace.size, 3);
  splitter.cut(new Uint8Array(3));
  joiner.take(splitter.cancel());
  joiner.take(chunk(TEXT, 2, 'ok'));
  assert.deepEqual([told, workspace.size], [['ok'], 0]);
});

for (const [title, ...messages] of [
  ['a size larger than announced', chunk(TEXT, 1000 * KiB + 1, 'x')],
  ['a size beyond all numbers', chunk(BINARY, 2n ** 64n - 1n, 'x')],
  ['more than was said to come', chunk(TEXT, 3, 'abcd')],
  ['more than was said to come, later', chunk(TEXT, 3, 'ab'), chunk(MORE, 2, 'cd')],
  ['a chunk that brings nothing', chunk(TEXT, 3, '')],
  ['one later that brings nothing', chunk(TEXT, 3, 'a'), chunk(MORE, 1)],
  ['a chunk of nothing begun', chunk(MORE, 0, 'x')],
  ['an end of nothing begun', chunk(CANCEL, 0)],
  ['an end elsewhere', chunk(TEXT, 3, 'a'), chunk(CANCEL, 0)],
  ['a gap', chunk(TEXT, 5, 'a'), chunk(MORE, 2, 'b')],
  ['a chunk that comes twice', chunk(TEXT, 5, 'a'), chunk(MORE, 1, 'b'), chunk(MORE, 1, 'b')],
  ['a second message inside the first', chunk(TEXT, 5, 'a'), chunk(BINARY, 5, 'b')],
  ['text between chunks', chunk(TEXT, 5, 'a'), 'text'],
  ['data between chunks', chunk(TEXT, 5, 'a'), new ArrayBuffer(3)],
  ['text that is not UTF-8', chunk(TEXT, 2, Buffer.from([0x61, 0xff]))],
  ['text that is not UTF-8 in the end', chunk(TEXT, 2, 'a'), chunk(MORE, 1, Buffer.from([0xe2]))],
  ['a kind that there is not', chunk(8, 3, 'abc')],
  ['a kind that there is not, later', chunk(TEXT, 5, 'a'), chunk(0, 1, 'b')],
]) {
  test(`refused: ${title}; and nothing is heard of it any more`, () => {
    const { joiner, workspace, told } = start();
    for (const more of [[], ['more', chunk(TEXT, 1, 'x')]]) {
      for (const message of [...messages.splice(0), ...more]) joiner.take(message);
      assert.deepEqual([told.map(String), workspace.size], [['Error: protocol-error'], 0]);
    }
  });
}

test('memory is taken for what has come, not for what is said to come', () => {
  const { joiner, workspace } = start({ most: 2 ** 40 });
  joiner.take(chunk(BINARY, 2 ** 40, 'abc'));
  assert.ok(workspace.size < 100, String(workspace.size));
});

test('many small chunks cost no more than their message', () => {
  const { joiner, workspace, told } = start();
  joiner.take(chunk(TEXT, 50_000, 'a'));
  for (let i = 1; i < 40_000; i++) joiner.take(chunk(MORE, i, 'a'));
  assert.ok(workspace.size <= 50_000, String(workspace.size));
  for (let i = 40_000; i < 50_000; i++) joiner.take(chunk(MORE, i, 'a'));
  assert.deepEqual(told, ['a'.repeat(50_000)]);
});

test('of all who send too much together, the one with most of it is let go of', () => {
  const workspace = new Workspace(100);
  const [a, b, c] = [start({ workspace }), start({ workspace }), start({ workspace })];
  a.joiner.take(chunk(BINARY, 1000, 'x'.repeat(30)));
  b.joiner.take(chunk(BINARY, 1000, 'x'.repeat(50)));
  c.joiner.take(chunk(BINARY, 1000, 'x'.repeat(20)));
  assert.equal(workspace.size, 100);
  c.joiner.take(chunk(MORE, 20, 'x'));
  assert.deepEqual([a, b, c].map(({ told }) => told.map(String)), [[], ['Error: overload'], []]);
  assert.equal(workspace.size, 70);
  c.joiner.take(chunk(MORE, 21, 'x'.repeat(500)));
  assert.deepEqual([a, b, c].map(({ told }) => told.map(String)), [[], ['Error: overload'], ['Error: overload']]);
  assert.equal(workspace.size, 30);
  a.joiner.end();
  a.joiner.take(chunk(MORE, 30, 'x'));
  assert.deepEqual([a.told, workspace.size], [[], 0]);
});

test('text of more characters than a string can have is refused, and not half taken', (t) => {
  t.mock.method(TextDecoder.prototype, 'decode', () => { throw new RangeError('too long'); });
  const { joiner, workspace, told } = start();
  joiner.take(chunk(TEXT, 2, 'ab'));
  assert.deepEqual([told.map(String), workspace.size], [['Error: protocol-error'], 0]);
});

test('more than there is memory for: it is let go of, and nothing is held', (t) => {
  const { joiner, workspace, told } = start({ most: 2 ** 40 });
  joiner.take(chunk(BINARY, 2 ** 40, 'abc'));
  const { Uint8Array: Real } = globalThis;
  t.after(() => { globalThis.Uint8Array = Real; });
  globalThis.Uint8Array = class extends Real {
    constructor(...args) {
      if (args[0] > 3 && typeof args[0] === 'number') throw new RangeError('Array buffer allocation failed');
      super(...args);
    }
  };
  joiner.take(chunk(MORE, 3, 'def'));
  globalThis.Uint8Array = Real;
  assert.deepEqual([told.map(String), workspace.size], [['Error: overload'], 0]);
});

test('a message that does not go on for half a minute is given up with who sends it, and one that does is not', async () => {
  const [idle, slow, whole] = [start(), start(), start()];
  for (const { joiner } of [idle, slow]) joiner.take(chunk(BINARY, 10, 'a'));
  whole.joiner.take(chunk(BINARY, 1, 'a'));
  for (let i = 1; i < 6; i++) {
    await clock.advance(25_000);
    slow.joiner.take(chunk(MORE, i, 'b'));
    if (i === 1) assert.deepEqual(idle.told, []);
  }
  assert.deepEqual([idle, slow, whole].map(({ told }) => told.map(String)), [['Error: protocol-error'], [], ['[object ArrayBuffer]']]);
  assert.deepEqual([idle, whole].map(({ workspace }) => workspace.size), [0, 0]);
  slow.joiner.end();
});

test('out of touch nothing can go on: that does not count, nor does the sleep of the machine', async () => {
  let touch = false;
  const { joiner, told } = start({ inTouch: () => touch });
  joiner.take(chunk(BINARY, 10, 'a'));
  await clock.advance(100_000);
  touch = true;
  joiner.resumed();
  await clock.advance(29_000);
  assert.deepEqual(told, []);
  joiner.take(chunk(MORE, 1, 'b'));
  await clock.sleep(3_600_000);
  await clock.advance(10_000);
  joiner.take(chunk(MORE, 2, 'b'));
  assert.deepEqual(told, []);
  await clock.advance(31_000);
  assert.deepEqual(told.map(String), ['Error: protocol-error']);
});

test('whom we told to wait is not silent, and has its time again afterwards', async () => {
  const workspace = new Workspace(100);
  const [a, b, c] = [start({ workspace }), start({ workspace }), start({ workspace })];
  for (const { joiner } of [a, b]) joiner.take(chunk(BINARY, 1000, 'x'.repeat(40)));
  a.joiner.pause(true);
  await clock.advance(29_000);
  c.joiner.take(chunk(BINARY, 1000, 'x'.repeat(40)));
  assert.deepEqual([a, b, c].map(({ told }) => told.map(String).join()), ['', 'Error: overload', '']);
  c.joiner.end();
  await clock.advance(100_000);
  a.joiner.pause(false);
  await clock.advance(29_000);
  assert.deepEqual(a.told, []);
  await clock.advance(2_000);
  assert.deepEqual(a.told.map(String), ['Error: protocol-error']);
});

test('of all who send too much together, who has been silent goes first, the longest first', async () => {
  const workspace = new Workspace(100);
  const [a, b, c, d] = [start({ workspace }), start({ workspace }), start({ workspace }), start({ workspace })];
  const all = () => [a, b, c, d].map(({ told }) => told.map(String).join());
  a.joiner.take(chunk(BINARY, 20, 'x'.repeat(10)));
  b.joiner.take(chunk(BINARY, 1000, 'x'.repeat(10)));
  c.joiner.take(chunk(BINARY, 52, 'x'.repeat(50)));
  await clock.advance(4_000);
  a.joiner.take(chunk(MORE, 10, 'x'));
  c.joiner.take(chunk(MORE, 50, 'x'));
  await clock.advance(4_000);
  d.joiner.take(chunk(BINARY, 1000, 'x'.repeat(25)));
  assert.deepEqual(all(), ['', 'Error: overload', '', ''], 'not the largest');
  d.joiner.take(chunk(MORE, 25, 'x'.repeat(10)));
  assert.deepEqual(all(), ['', 'Error: overload', 'Error: overload', ''], 'the others have just gone on: the largest');
  for (const { joiner } of [a, d]) joiner.end();
});
