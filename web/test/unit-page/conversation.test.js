import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation, HISTORY_LIMIT } from '../../app/js/model/conversation.js';
import { counter, FakePeer } from './fakes/library.js';

function connected(name = 'Ana') {
  const conversation = new Conversation(name, () => 1_700_000_000_000);
  const peer = new FakePeer(name);
  conversation.attach(peer);
  peer.become('open', { path: 'direct' });
  return { conversation, peer };
}

test('before there is a peer it is closed and sends nothing', () => {
  const conversation = new Conversation('Ana', Date.now);
  assert.equal(conversation.state, 'closed');
  assert.equal(conversation.live, false);
  assert.equal(conversation.send('x', 'Me'), false);
  conversation.hangUp();
});

test('it follows its peer', () => {
  const { conversation, peer } = connected();
  const states = counter(conversation, 'state');
  assert.equal(conversation.canSend, true);
  assert.equal(conversation.path, 'direct');
  peer.become('failed', { reason: 'timeout' });
  assert.equal(states.seen, 1);
  assert.deepEqual([conversation.state, conversation.reason, conversation.live], ['failed', 'timeout', false]);
});

test('what is sent is on the wire under my name, and in the history', () => {
  const { conversation, peer } = connected();
  assert.equal(conversation.send('hello', 'Me'), true);
  assert.deepEqual(peer.sent, [{ name: 'Me', message: 'hello', time: '2023-11-14T22:13:20.000Z' }]);
  assert.deepEqual(conversation.messages, [{ id: 1, mine: true, sender: 'Me', text: 'hello', at: 1_700_000_000_000, cut: false }]);
});

test('what cannot be sent is not in the history', () => {
  const { conversation, peer } = connected();
  peer.fault = new Error('buffer full');
  assert.equal(conversation.send('hello', 'Me'), false);
  peer.fault = null;
  peer.become('reconnecting');
  assert.equal(conversation.send('hello', 'Me'), false);
  assert.deepEqual(conversation.messages, []);
});

test('the sender shown is the peer and the time that of arrival, whatever they claim', () => {
  const { conversation, peer } = connected('Ana');
  peer.says('hi');
  const [message] = conversation.messages;
  assert.deepEqual([message.sender, message.mine, message.text, message.at], ['Ana', false, 'hi', 1_700_000_000_000]);
});

test('a new peer takes over; the old one is not heard any more', () => {
  const { conversation, peer } = connected();
  peer.says('one');
  const next = new FakePeer('Ana');
  conversation.attach(next);
  assert.equal(conversation.state, 'connecting');
  peer.says('late');
  next.become('open');
  next.says('two');
  assert.deepEqual(conversation.messages.map(({ text }) => text), ['one', 'two']);
});

test('attaching the same peer again doubles nothing', () => {
  const { conversation, peer } = connected();
  conversation.attach(peer);
  peer.says('once');
  assert.equal(conversation.messages.length, 1);
});

test('the history is bounded and the newest are kept', () => {
  const { conversation, peer } = connected();
  for (let i = 1; i <= HISTORY_LIMIT; i++) peer.says(String(i));
  assert.equal(conversation.trimmed, false);
  peer.says('last');
  assert.equal(conversation.trimmed, true);
  assert.equal(conversation.messages.length, HISTORY_LIMIT);
  assert.equal(conversation.messages[0].text, '2');
  assert.deepEqual([conversation.messages.at(-1).text, conversation.messages.at(-1).id], ['last', HISTORY_LIMIT + 1]);
});

test('disposed, it has hung up and hears nothing', () => {
  const { conversation, peer } = connected();
  conversation.dispose();
  assert.equal(peer.state, 'closed');
  peer.says('x');
  assert.deepEqual(conversation.messages, []);
});
