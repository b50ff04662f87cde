import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Roster } from '../../app/js/model/roster.js';
import { useClock } from '../unit/fakes/clock.js';
import { counter, FakePeers, FakeSignaling, idOf } from './fakes/library.js';

let signaling;
let peers;
let chat;
let roster;

beforeEach(() => {
  signaling = new FakeSignaling();
  peers = new FakePeers();
  chat = new Chat(peers, { protocol: 'chat.v1 me', idOf });
  roster = new Roster(signaling, chat);
  signaling.me = { id: 'me', name: 'Me', room: '' };
  signaling.become('online');
});

const listed = () => roster.contacts.map(({ name, online }) => (online ? name : `(${name})`));

test('everybody in the room, by name as people sort', () => {
  signaling.found('bob', 'Zoë', 'user 10', 'user 9', 'Ana', 'ana');
  assert.deepEqual(listed(), ['Ana', 'ana', 'bob', 'user 9', 'user 10', 'Zoë']);
  assert.equal(roster.onlineCount, 6);
});

test('who comes later finds the place where all would be sorted at once', () => {
  const names = Array.from({ length: 101 }, (_, i) => `${'zäbÉ'[i % 4]}${i}`);
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  const sorted = (/** @type {string[]} */ some) => [...some].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
  for (const share of [2, 3, 1, 50, 7, 200, 2, 1]) {
    const present = names.filter((_, i) => (i * 37) % 101 % share === 0);
    signaling.found(...present);
    assert.deepEqual(listed(), sorted(present));
  }
});

test('those one talks to come first, and stay when they leave the room', () => {
  signaling.found('Ana', 'Zoë');
  chat.connect('Zoë');
  assert.deepEqual(listed(), ['Zoë', 'Ana']);
  signaling.found('Ana');
  assert.deepEqual(listed(), ['(Zoë)', 'Ana']);
  assert.equal(roster.isOnline('Zoë'), false);
  chat.close('Zoë');
  assert.deepEqual(listed(), ['Ana']);
});

test('a lost socket leaves the last known list, marked stale unless it is back at once', async (t) => {
  const clock = useClock(t);
  signaling.found('Ana');
  signaling.state = 'waiting';
  signaling.found();
  signaling.become('waiting');
  await clock.advance(1499);
  assert.deepEqual([listed(), roster.stale], [['Ana'], false]);
  const changes = counter(roster, 'change');
  signaling.become('ready');
  await clock.advance(1);
  assert.deepEqual([listed(), roster.stale, changes.seen], [['Ana'], true, 2]);
  signaling.become('online');
  signaling.found('Bob');
  assert.deepEqual(listed(), ['Bob']);
  assert.equal(roster.stale, false);
});

test('logging out empties it', () => {
  signaling.found('Ana');
  signaling.logout();
  assert.deepEqual(listed(), []);
});

test('it tells of changes in the room and in the conversations', () => {
  const changes = counter(roster, 'change');
  signaling.found('Ana');
  assert.equal(changes.seen, 1);
  peers.calledBy('Ana').opens();
  assert.ok(changes.seen > 1);
});
