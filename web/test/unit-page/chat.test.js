import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { counter, FakePeers } from './fakes/library.js';

let peers;
let chat;
let mayOpen;

beforeEach(() => {
  peers = new FakePeers();
  mayOpen = true;
  chat = new Chat(peers, { protocol: 'chat.v1 me', now: () => 0, mayOpen: () => mayOpen });
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
  peers.calledBy('Ana');
  assert.equal(chat.selected, null);
  mayOpen = true;
  peers.calledBy('Bob');
  assert.equal(chat.selected.name, 'Bob');
  peers.calledBy('Cy');
  assert.equal(chat.selected.name, 'Bob');
  assert.deepEqual(names(), ['Ana', 'Bob', 'Cy']);
  assert.equal(calls.seen, 3);
});

test('what is not looked at is unread until it is', () => {
  chat.connect('Ana');
  const bob = peers.calledBy('Bob');
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
  peers.calledBy('Ana').says('after');
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
