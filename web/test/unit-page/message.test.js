import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage, encodeMessage, MAX_TEXT_SENT, MAX_TEXT_SHOWN } from '../../app/js/model/message.js';

test('a message travels as {name, message, time}', () => {
  const at = Date.UTC(2024, 1, 29, 12, 30, 15, 250);
  assert.deepEqual(JSON.parse(encodeMessage({ sender: 'Ana', text: 'a "b"\n<c>', at })), {
    name: 'Ana', message: 'a "b"\n<c>', time: '2024-02-29T12:30:15.250Z',
  });
});

test('the text comes out as it went in', () => {
  for (const text of ['hi', 'two\nlines', '<script>', '👩‍👩‍👧', '\u0000\ud800', ' ']) {
    assert.deepEqual(decodeMessage(encodeMessage({ sender: 'x', text, at: 0 })), { text, cut: false, number: 0, time: '1970-01-01T00:00:00.000Z' });
  }
});

for (const frame of ['hello', '', '{', '42', 'null', '[]', '["message"]', '"message"', '{"message":5}', '{"msg":"x"}', '{"message":null}']) {
  test(`what is no message is shown as the text it is: ${frame}`, () => {
    assert.equal(decodeMessage(frame).text, frame);
  });
}

test('extra and hostile fields change nothing', () => {
  assert.equal(decodeMessage('{"__proto__":{"x":1},"name":{"a":1},"message":"m","time":{}}').text, 'm');
});

test('a number goes beside the text, where other clients do not look', () => {
  const frame = encodeMessage({ sender: 'Ana', text: 'x', at: 0 }, 7);
  assert.deepEqual(Object.keys(JSON.parse(frame)), ['name', 'message', 'time', 'chat.v1']);
  assert.deepEqual(decodeMessage(frame), { text: 'x', cut: false, number: 7, time: '1970-01-01T00:00:00.000Z' });
});

for (const number of [0, -1, 1.5, '7', null, [7], 2 ** 53]) {
  test(`what is no number is none: ${JSON.stringify(number)}`, () => {
    assert.equal(decodeMessage(JSON.stringify({ message: 'x', 'chat.v1': number })).number, 0);
  });
}

test('binary data is named, not shown, and kept to be saved', async () => {
  const buffer = decodeMessage(new Uint8Array([1, 2, 3]).buffer);
  assert.equal(buffer.text, '(binary data, 3 bytes)');
  assert.deepEqual(new Uint8Array(await buffer.data.arrayBuffer()), new Uint8Array([1, 2, 3]));
  assert.equal(buffer.data.type, 'application/octet-stream');
  const blob = decodeMessage(new Blob(['<b>'], { type: 'text/html' }));
  assert.equal(blob.text, '(binary data, 3 bytes)');
  assert.deepEqual([await blob.data.text(), blob.data.type], ['<b>', 'application/octet-stream'], 'what the other side calls it counts for nothing');
  assert.deepEqual([decodeMessage(undefined).text, decodeMessage(undefined).data], ['(data of an unknown kind)', undefined]);
});

test('a text too long to show is cut, never through a surrogate pair', () => {
  const exact = 'x'.repeat(MAX_TEXT_SHOWN);
  assert.deepEqual(decodeMessage(exact), { text: exact, cut: false, number: 0, time: '' });
  const over = decodeMessage(`${'x'.repeat(MAX_TEXT_SHOWN - 1)}🙂🙂`);
  assert.equal(over.cut, true);
  assert.equal(over.text, 'x'.repeat(MAX_TEXT_SHOWN - 1));
});

test('the longest text fits a data channel message however it is escaped', () => {
  const worst = encodeMessage({ sender: '\u0001'.repeat(64), text: '\u0001'.repeat(MAX_TEXT_SENT), at: 0 }, Number.MAX_SAFE_INTEGER);
  assert.ok(new TextEncoder().encode(worst).length < 256 * 1024);
});

test('what is far too long is text, and not taken apart', (t) => {
  const parse = t.mock.method(JSON, 'parse');
  const { cut, text, number } = decodeMessage(`{"message":"x","chat.v1":7,"more":[${'{},'.repeat(200_000)}{}]}`);
  assert.deepEqual([cut, text.length, number, parse.mock.callCount()], [true, MAX_TEXT_SHOWN, 0, 0]);
  const longest = '\u0001'.repeat(MAX_TEXT_SHOWN); // six times as long when escaped
  assert.equal(decodeMessage(encodeMessage({ sender: 'x'.repeat(64), text: longest, at: 0 }, 7)).text, longest);
});
