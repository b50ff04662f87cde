// Messages in chunks, and what somebody may send who means no good.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNK, Joiner, looksLikeChunk, Splitter, Workspace } from '../../app/lib/chunks.js';

const KiB = 1024;
const [TEXT, BINARY, MORE, CANCEL] = [1, 2, 3, 4];

/** A Joiner, and what it has said. */
function start({ most = 1000 * KiB, workspace = new Workspace(2 * most) } = {}) {
  const told = [];
  const joiner = new Joiner({
    most,
    workspace,
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
