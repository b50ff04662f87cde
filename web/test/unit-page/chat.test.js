import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { unreadWords } from '../../app/js/model/unread-words.js';
import { Chat } from '../../app/js/model/chat.js';
import { counter, FakePeers, idOf } from './fakes/library.js';

let peers;
let chat;
let mayOpen;

beforeEach(() => {
  peers = new FakePeers();
  mayOpen = true;
  chat = new Chat(peers, { protocol: 'chat.v1 me', idOf, now: () => 0, mayOpen: () => mayOpen });
});

const names = () => Array.from(chat.conversations, ({ name }) => name);

test('connecting starts a conversation and brings it into view', () => {
  const selections = counter(chat, 'selection');
  chat.connect('Ana');
  assert.equal(chat.selected.name, 'Ana');
  assert.equal(selections.seen, 1);
  assert.deepEqual(names(), ['Ana']);
});

test('any number of conversations at once, each with its own peer', () => {
  for (const name of ['Ana', 'Bob', 'Cy']) chat.connect(name);
  for (const name of ['Ana', 'Bob', 'Cy']) {
    peers.live.get(name).become('open');
    peers.live.get(name).says(`I am ${name}`);
  }
  for (const { name, messages } of chat.conversations) assert.deepEqual(messages.map(({ text }) => text), [`I am ${name}`]);
});

test('a call comes into view when nothing else is, and only if it may', () => {
  const calls = counter(chat, 'incoming');
  mayOpen = false;
  peers.calledBy('Ana').opens();
  assert.equal(chat.selected, null);
  mayOpen = true;
  peers.calledBy('Bob').opens();
  assert.equal(chat.selected.name, 'Bob');
  peers.calledBy('Cy').opens();
  assert.equal(chat.selected.name, 'Bob');
  assert.deepEqual(names(), ['Ana', 'Bob', 'Cy']);
  assert.equal(calls.seen, 3);
});

test('what is not looked at is unread until it is', () => {
  chat.connect('Ana');
  const bob = peers.calledBy('Bob');
  bob.opens();
  bob.says('1');
  bob.says('2');
  peers.live.get('Ana').says('seen');
  assert.deepEqual([chat.get('Ana').unread, chat.get('Bob').unread, chat.unread], [0, 2, 2]);
  const changes = counter(chat, 'change');
  chat.select('Bob');
  assert.equal(chat.unread, 0);
  assert.ok(changes.seen > 0);
});

test('while nobody sees the page the selected conversation fills up too', () => {
  chat.connect('Ana');
  chat.attend(false);
  peers.live.get('Ana').says('psst');
  assert.equal(chat.unread, 1);
  chat.attend(true);
  assert.equal(chat.unread, 0);
});

test('what I send is never unread', () => {
  chat.connect('Ana');
  peers.live.get('Ana').become('open');
  chat.attend(false);
  chat.get('Ana').send('x', 'Me');
  assert.equal(chat.unread, 0);
});

test('history and draft outlive the connection', () => {
  chat.connect('Ana');
  peers.live.get('Ana').become('open');
  peers.live.get('Ana').says('before');
  chat.get('Ana').draft = 'half a';
  peers.live.get('Ana').become('closed', { reason: 'left' });
  const again = peers.calledBy('Ana');
  again.opens();
  again.says('after');
  assert.deepEqual(chat.get('Ana').messages.map(({ text }) => text), ['before', 'after']);
  assert.equal(chat.get('Ana').draft, 'half a');
});

test('connecting again after a failure takes a new peer', () => {
  chat.connect('Ana');
  const first = peers.live.get('Ana');
  first.become('failed', { reason: 'timeout' });
  chat.connect('Ana');
  assert.notEqual(peers.live.get('Ana'), first);
  assert.equal(chat.get('Ana').state, 'connecting');
});

test('disconnecting keeps the conversation, closing forgets it', () => {
  chat.connect('Ana');
  const peer = peers.live.get('Ana');
  peer.become('open');
  chat.disconnect('Ana');
  assert.equal(peer.state, 'closed');
  assert.deepEqual(names(), ['Ana']);
  chat.close('Ana');
  assert.deepEqual(names(), []);
  assert.equal(chat.selected, null);
});

test('clearing hangs up on everybody', () => {
  for (const name of ['Ana', 'Bob']) chat.connect(name);
  chat.clear();
  assert.deepEqual(names(), []);
  assert.equal(chat.selected, null);
  for (const peer of peers.live.values()) assert.equal(peer.state, 'closed');
});

test('a call is nothing to see until it is a connection, and nothing if it never is', () => {
  const calls = counter(chat, 'incoming');
  const changes = counter(chat, 'change');
  const eve = peers.calledBy('Eve');
  assert.deepEqual([names(), chat.selected, calls.seen], [[], null, 0]);
  eve.become('failed', { reason: 'ice-failed' });
  assert.deepEqual([names(), chat.selected, calls.seen, changes.seen], [[], null, 0, 0]);
  const fay = peers.calledBy('Fay');
  fay.opens();
  assert.deepEqual([names(), chat.selected?.name, calls.seen], [['Fay'], 'Fay', 1]);
  fay.become('reconnecting');
  fay.become('open');
  assert.equal(calls.seen, 1);
});

test('a call of somebody who only uses the name of an acquaintance takes nothing from them', () => {
  const bob = callFrom('Bob', 'A');
  const talk = chat.get('Bob');
  peers.calledBy('Bob', { id: '', fingerprint: 'B' }).become('failed', { reason: 'timeout' });
  assert.deepEqual([chat.get('Bob'), talk.former, talk.state], [talk, false, 'open']);
  bob.become('closed', { reason: 'hangup' });
});

test('a call of an acquaintance goes on in the conversation that there is, once it is a connection', () => {
  callFrom('Bob', 'A').become('closed', { reason: 'hangup' });
  const calls = counter(chat, 'incoming');
  const again = peers.calledBy('Bob', { id: '', fingerprint: 'A' });
  assert.deepEqual([chat.get('Bob').state, calls.seen], ['closed', 0]);
  again.opens();
  assert.deepEqual([chat.get('Bob').state, calls.seen], ['open', 1]);
});

test('who calls me while I call them is connected once, and in view', () => {
  const eve = peers.calledBy('Eve');
  chat.connect('Eve');
  assert.deepEqual([chat.selected.name, chat.get('Eve').state], ['Eve', 'connecting']);
  eve.opens();
  assert.deepEqual([names(), chat.get('Eve').state], [['Eve'], 'open']);
});

test('clearing hangs up on those who are just calling', () => {
  const eve = peers.calledBy('Eve');
  chat.clear();
  assert.equal(eve.state, 'closed');
  assert.deepEqual(names(), []);
});

/** A call by somebody of that name, with that certificate. */
function callFrom(name, fingerprint, id = '') {
  const peer = peers.calledBy(name, { id, fingerprint });
  peer.opens();
  return peer;
}

const keysOf = (name) => Array.from(chat.conversations).filter((talk) => talk.name === name).map(({ key }) => key);

test('somebody else of that name is another conversation, which gets nothing of the first', () => {
  const first = callFrom('Bob', 'A');
  const talk = chat.get('Bob');
  first.become('reconnecting');
  talk.send('the door code is 4711', 'Ana');
  const stranger = callFrom('Bob', 'B');
  const other = chat.get('Bob');
  assert.notEqual(other, talk);
  assert.deepEqual([talk.former, other.former, other.another, talk.another], [true, false, true, false]);
  assert.equal(chat.selected, talk, 'what I was reading stays in view');
  assert.deepEqual([stranger.sent, talk.messages.at(-1).delivery], [[], 'pending']);
  first.become('closed', { reason: 'replaced' });
  assert.deepEqual([stranger.sent, talk.failures], [[], 1]);
  assert.deepEqual(keysOf('Bob').length, 2);
  chat.close(talk.key);
  assert.deepEqual([chat.selected, chat.get('Bob')], [null, other]);
});

test('who comes back after somebody else had the name finds the old conversation', () => {
  callFrom('Bob', 'A').become('closed', { reason: 'hangup' });
  const talk = chat.get('Bob');
  callFrom('Bob', 'B').become('closed', { reason: 'hangup' });
  const other = chat.get('Bob');
  callFrom('Bob', 'A');
  assert.equal(chat.get('Bob'), talk);
  assert.deepEqual([talk.former, other.former], [false, true]);
  assert.equal(keysOf('Bob').length, 2);
});

test('connecting again asks for that very person, and for whoever has the name once that is known', () => {
  callFrom('Bob', 'A').become('closed', { reason: 'hangup' });
  const talk = chat.get('Bob');
  chat.connect('Bob');
  assert.equal(peers.wanted.fingerprint, 'A');
  assert.equal(chat.get('Bob'), talk);
  peers.live.get('Bob').become('failed', { reason: 'replaced' });
  chat.connect('Bob');
  assert.equal(peers.wanted.fingerprint, '');
  assert.notEqual(chat.get('Bob'), talk);
  assert.deepEqual([talk.former, chat.selected.another], [true, true]);
});
test('who listens hears of each message that nobody looks at', () => {
  const heard = [];
  chat.addEventListener('unread', ({ detail }) => heard.push(detail.name));
  chat.connect('Ana');
  const bob = peers.calledBy('Bob');
  bob.opens();
  bob.says('1');
  peers.live.get('Ana').says('seen');
  bob.says('2');
  assert.deepEqual(heard, ['Bob', 'Bob']);
});

test('what has not arrived is counted until it has, or will not any more', () => {
  chat.connect('Ana');
  const ana = peers.live.get('Ana');
  const told = counter(chat, 'delivery');
  chat.get('Ana').send('one', 'Me');
  chat.get('Ana').send('two', 'Me');
  assert.equal(chat.waiting, 2);
  ana.opens('chat.v1 hers');
  ana.gives({ 'chat.v1': 'hello', from: 'her', to: '', seen: 0, ask: true });
  const before = told.seen;
  ana.gives({ 'chat.v1': 'seen', seen: 1 });
  assert.equal(chat.waiting, 1);
  assert.ok(told.seen > before);
  ana.become('failed', { reason: 'ice-failed' });
  assert.equal(chat.waiting, 0);
});

for (const [counts, words] of [
  [[], ''],
  [[['Ana', 1]], 'New message from Ana.'],
  [[['Ana', 3]], '3 new messages from Ana.'],
  [[['Ana', 1], ['Bob', 1]], '2 new messages from Ana and one other.'],
  [[['Ana', 2], ['Bob', 1], ['Cem', 4]], '7 new messages from Ana and 2 others.'],
]) {
  test(`unread, in words: ${words}`, () => assert.equal(unreadWords(new Map(counts)), words));
}
