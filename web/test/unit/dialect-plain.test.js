import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { plain } from '../../app/lib/dialect-plain.js';

const read = (frame) => plain.read(JSON.stringify(frame));
const ana = { id: '1', userName: 'ana' };

const examples = JSON.parse(readFileSync(new URL('../../../internal/protocol/testdata/examples.json', import.meta.url)));

/** What the frames of each type mean, whatever their contents. */
const kinds = {
  connect: ['greeting'],
  login: ['accepted', 'rejected'],
  updateUsers: ['presence'],
  leave: ['presence', 'hangup'],
  offer: ['signal'],
  answer: ['signal'],
  candidate: ['signal'],
  ice: ['ice'],
  pong: ['pong'],
  error: ['error'],
};
/** Types that say nothing to this dialect: a repetition, and the other dialect's. */
const silent = ['removeUser', 'presence'];

test('every server frame among the protocol examples is understood', () => {
  const frames = examples.filter(({ from }) => from === 'server').map(({ frame }) => frame);
  assert.ok(frames.length >= 10, 'there are examples');
  for (const frame of frames) {
    const notice = read(frame);
    if (silent.includes(frame.type)) assert.equal(notice, null);
    else assert.ok(kinds[frame.type]?.includes(notice?.kind), JSON.stringify(frame));
  }
});

test('the greeting tells whether a login needs a token', () => {
  for (const [tokenRequired, needed] of [[true, true], [false, false], [undefined, false], ['yes', false]]) {
    assert.deepEqual(read({ type: 'connect', message: 'hi', tokenRequired }), { kind: 'greeting', tokenRequired: needed });
  }
});

test('the payload arrives as it is, with the call if there is one', () => {
  const signal = { type: 'candidate', name: 'ana', candidate: null, call: 'c1' };
  assert.deepEqual(read(signal), { kind: 'signal', signal: { type: 'candidate', name: 'ana', call: 'c1', payload: null } });
  assert.equal(read({ type: 'offer', name: 'ana', offer: {} }).signal.call, null);
});

test('leave is a departure with a user, a hang-up with a name', () => {
  assert.deepEqual(read({ type: 'leave', user: ana }), { kind: 'presence', left: [ana], joined: [] });
  assert.deepEqual(read({ type: 'leave', name: 'ana', call: 'x' }), { kind: 'hangup', name: 'ana', call: 'x' });
  assert.equal(read({ type: 'removeUser', user: ana }), null);
});

test('what is malformed inside a list is left out', () => {
  const { users, iceServers } = read({
    type: 'login', success: true, id: '1', name: 'me', users: [ana, null, 7, { id: 3, userName: 'x' }],
    iceServers: [{ urls: 'stun:a' }, { urls: ['turn:b'], username: 'u', credential: 'c' }, {}, { urls: [] }, { urls: [1] }, null],
  });
  assert.deepEqual(users, [ana]);
  assert.deepEqual(iceServers.map(({ urls }) => urls), ['stun:a', ['turn:b']]);
});

for (const [what, data] of Object.entries({
  'no JSON': '{', 'a number': '7', 'null': 'null', 'an array': '[]', 'no type': '{}', 'a type that is no string': '{"type":1}',
  'an unknown type': '{"type":"dance"}', 'an inherited name': '{"type":"constructor"}', 'binary data': new ArrayBuffer(2),
  'a login without id': '{"type":"login","success":true,"name":"x"}', 'updateUsers without user': '{"type":"updateUsers"}',
  'a leave of nobody': '{"type":"leave"}', 'an offer of nobody': '{"type":"offer","offer":{}}',
  'an offer without offer': '{"type":"offer","name":"x"}', 'a call that is no string': '{"type":"offer","name":"x","offer":{},"call":5}',
  'ice without servers': '{"type":"ice"}',
})) {
  test(`ignored: ${what}`, () => assert.equal(plain.read(data), null));
}

test('the login frame leaves out what is not set', () => {
  const frame = JSON.parse(JSON.stringify(plain.login({ name: 'ana', room: '' })));
  assert.deepEqual(frame, { type: 'login', name: 'ana' });
  assert.deepEqual(plain.login({ name: 'ana', room: 'r', token: 't' }), { type: 'login', name: 'ana', room: 'r', token: 't' });
});
