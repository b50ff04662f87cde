import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation, DATA_LIMIT, HISTORY_LIMIT } from '../../app/js/model/conversation.js';
import { GRACE } from '../../app/js/model/delivery.js';
import { MAX_KEPT, MAX_KEPT_TEXT } from '../../app/js/model/outbox.js';
import { useClock } from '../unit/fakes/clock.js';
import { counter, FakePeer, idOf } from './fakes/library.js';

const MINE = 'chat.v1 me';

function newConversation(name) {
  return new Conversation(name, { now: () => 1_700_000_000_000, protocol: MINE, identity: { id: idOf(name), fingerprint: '' } });
}

/** With somebody who has not shown yet what client they have. */
function connected(name = 'Ana') {
  const conversation = newConversation(name);
  const peer = new FakePeer(name);
  conversation.attach(peer);
  peer.opens(MINE);
  peer.become('open', { path: 'direct' });
  return { conversation, peer };
}

test('before there is a peer it is closed and sends nothing', () => {
  const conversation = newConversation('Ana');
  assert.equal(conversation.state, 'closed');
  assert.equal(conversation.live, false);
  assert.equal(conversation.send('x', 'Me'), false);
  conversation.hangUp();
});

test('it follows its peer', () => {
  const { conversation, peer } = connected();
  const states = counter(conversation, 'state');
  assert.equal(conversation.path, 'direct');
  peer.become('failed', { reason: 'timeout' });
  assert.equal(states.seen, 1);
  assert.deepEqual([conversation.state, conversation.reason, conversation.live], ['failed', 'timeout', false]);
});

const texts = ({ messages }) => messages.map(({ text }) => text);
const fates = ({ messages }) => messages.map(({ text, delivery }) => `${text}: ${delivery}`);

test('what is sent is in the history at once, and on the wire under my name', async (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  assert.equal(conversation.send('hello', 'Me'), true);
  const [message] = conversation.messages;
  assert.deepEqual(message, {
    id: 1, mine: true, sender: 'Me', text: 'hello', at: 1_700_000_000_000, cut: false, delivery: 'pending',
  });
  await clock.advance(GRACE);
  assert.deepEqual(peer.sent, [{ name: 'Me', message: 'hello', time: '2023-11-14T22:13:20.000Z' }]);
  assert.equal(message.delivery, 'done');
});

test('another client gets bare messages only, and what it sends is shown', async (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  peer.gives('bare text');
  peer.gives({ message: 'an object' });
  await clock.advance(GRACE);
  conversation.send('at once', 'Me');
  peer.become('reconnecting');
  conversation.send('meanwhile', 'Me');
  assert.equal(peer.sent.length, 1);
  peer.become('open');
  assert.deepEqual(peer.sent.map((frame) => Object.keys(frame).join()), ['name,message,time', 'name,message,time']);
  assert.deepEqual(fates(conversation), ['bare text: done', 'an object: done', 'at once: done', 'meanwhile: done']);
  await clock.advance(60_000);
  assert.equal(peer.sent.length, 2, 'no word beside the messages');
});

test('who has made the channel and named nothing for it has another client: nothing waits', () => {
  const conversation = newConversation('Ana');
  const peer = new FakePeer('Ana');
  conversation.attach(peer);
  conversation.send('early', 'Me');
  peer.opens('');
  conversation.send('late', 'Me');
  assert.deepEqual(peer.sent.map(({ message }) => message), ['early', 'late']);
});

test('what the channel does not take goes a little later', async (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  peer.fault = new Error('buffer full');
  assert.equal(conversation.send('hello', 'Me'), true);
  await clock.advance(GRACE + 5_000);
  assert.deepEqual(fates(conversation), ['hello: pending']);
  peer.fault = null;
  await clock.advance(1_000);
  assert.deepEqual(fates(conversation), ['hello: done']);
  assert.equal(peer.sent.length, 1);
});

for (const [client, protocol] of [['this client', 'chat.v1 them'], ['another client', '']]) {
  test(`what the channel never takes is marked, and the rest goes on: ${client}`, async (t) => {
    useClock(t);
    const conversation = newConversation('Ana');
    const peer = new FakePeer('Ana');
    conversation.attach(peer);
    peer.opens(protocol);
    if (protocol) peer.gives({ 'chat.v1': 'hello', from: 'them', to: '', seen: 0, ask: true });
    const changes = counter(conversation, 'delivery');
    peer.maxLength = 200;
    for (const text of ['one', 'x'.repeat(200), 'three']) conversation.send(text, 'Me');
    const before = changes.seen;
    await null;
    assert.ok(changes.seen > before, 'told when it is marked');
    if (protocol) peer.gives({ 'chat.v1': 'seen', seen: 2 });
    assert.deepEqual(conversation.messages.map(({ delivery }) => delivery), ['done', 'refused', 'done']);
    assert.deepEqual(peer.sent.flatMap(({ message }) => message ?? []), ['one', 'three']);
    assert.deepEqual(peer.sent.flatMap((frame) => Number(frame['chat.v1']) || []), protocol ? [1, 2] : [], 'no number is left out');
    assert.equal(conversation.failures, 0);
  });
}

test('whatever a channel with room says, a message is not tried for ever; one that is full is waited for', async (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  peer.fault = new DOMException('no', 'OperationError');
  peer.bufferedAmount = 1;
  conversation.send('one', 'Me');
  await clock.advance(GRACE + 60_000);
  assert.deepEqual(fates(conversation), ['one: pending']);
  peer.bufferedAmount = 0;
  await clock.advance(60_000);
  assert.deepEqual(fates(conversation), ['one: refused']);
  peer.fault = null;
  conversation.send('two', 'Me');
  assert.deepEqual(fates(conversation), ['one: refused', 'two: done']);
});

test('what waits when the connection ends was not sent, until it is sent again, as the newest', async (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  peer.become('reconnecting');
  conversation.send('one', 'Me');
  conversation.send('two', 'Me');
  peer.become('failed', { reason: 'ice-failed' });
  assert.deepEqual(fates(conversation), ['one: unsent', 'two: unsent']);
  assert.deepEqual([conversation.failures, conversation.canSendAgain], [2, false]);
  assert.equal(conversation.send('three', 'Me'), false, 'nothing to wait for');

  const next = new FakePeer('Ana');
  conversation.attach(next);
  next.opens(MINE);
  next.says('back again');
  assert.equal(conversation.canSendAgain, false, 'nobody knows yet who that is');
  conversation.sendAgain();
  assert.equal(conversation.failures, 2);
  await clock.advance(GRACE);
  assert.equal(conversation.canSendAgain, true);
  const first = conversation.messages[0];
  conversation.sendAgain();
  assert.equal(first.delivery, 'moved');
  assert.deepEqual(fates(conversation), ['back again: done', 'one: done', 'two: done']);
  assert.deepEqual(next.sent.map(({ message }) => message), ['one', 'two']);
  assert.equal(conversation.failures, 0);
});

test('only so much waits: then nothing more is taken, and nothing is lost', async (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  peer.become('reconnecting');
  for (let i = 1; i <= MAX_KEPT; i++) assert.equal(conversation.send(String(i), 'Me'), true);
  assert.equal(conversation.hasRoomFor('x'), false);
  assert.equal(conversation.send('one more', 'Me'), false);
  assert.equal(conversation.messages.length, MAX_KEPT);
  peer.become('open');
  await clock.advance(GRACE);
  assert.equal(peer.sent.length, MAX_KEPT);
  assert.equal(conversation.send('one more', 'Me'), true);

  peer.become('reconnecting');
  conversation.send('x'.repeat(MAX_KEPT_TEXT - 1), 'Me');
  assert.deepEqual([conversation.hasRoomFor('x'), conversation.hasRoomFor('xx')], [true, false]);
  peer.become('closed', { reason: 'left' });
  assert.deepEqual([conversation.hasRoomFor('x'), conversation.hasRoomFor('xx')], [true, false], 'what failed counts too');
});

test('views hear of what becomes of a message', async (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  const changes = counter(conversation, 'delivery');
  for (const step of [
    () => conversation.send('x', 'Me'),
    () => clock.advance(GRACE),
    () => { peer.become('reconnecting'); conversation.send('y', 'Me'); peer.become('closed'); },
  ]) {
    const before = changes.seen;
    await step();
    assert.ok(changes.seen > before, String(step));
  }
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
  assert.deepEqual(texts(conversation), ['one', 'two']);
});

test('a new peer may have another client than the one before', () => {
  const conversation = newConversation('Ana');
  const peer = new FakePeer('Ana');
  conversation.attach(peer);
  peer.opens('');
  const next = new FakePeer('Ana');
  conversation.attach(next);
  next.opens(MINE);
  conversation.send('hello', 'Me');
  assert.deepEqual(next.sent, [], 'they may say hello yet');
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

test('disposed, it has hung up, hears nothing and waits for nothing', (t) => {
  const clock = useClock(t);
  const { conversation, peer } = connected();
  conversation.send('x', 'Me');
  conversation.messages = [];
  conversation.dispose();
  assert.equal(clock.pending, 0);
  assert.equal(peer.state, 'closed');
  peer.says('x');
  assert.deepEqual(conversation.messages, []);
});

test('binary data is kept to be saved, up to a bound; what goes with the oldest messages makes room', () => {
  const { conversation, peer } = connected();
  const give = (/** @type {number} */ size) => peer.emit('message', { data: new ArrayBuffer(size) });
  const kept = () => conversation.messages.map(({ data }) => data?.size ?? 0).filter(Boolean);
  give(DATA_LIMIT - 10);
  give(10);
  assert.deepEqual(kept(), [DATA_LIMIT - 10, 10]);
  give(1);
  assert.deepEqual(kept(), [DATA_LIMIT - 10, 10]);
  assert.match(conversation.messages[2].text, /1 bytes.*not kept/);
  for (let i = 0; i < HISTORY_LIMIT - 2; i++) peer.says('x');
  give(100);
  assert.deepEqual(kept(), [100]);
});
