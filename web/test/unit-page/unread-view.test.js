// What is told to whoever does not see the badges.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { announceUnread } from '../../app/js/ui/unread-view.js';
import { useClock } from '../unit/fakes/clock.js';
import { FakePeers, idOf } from './fakes/library.js';

function setUp(t) {
  const clock = useClock(t);
  const peers = new FakePeers();
  const chat = new Chat(peers, { protocol: 'p', idOf });
  const heard = [];
  announceUnread(chat, { signal: new AbortController().signal, announce: (words) => heard.push(words) });
  return { clock, peers, chat, heard };
}

test('messages in other conversations are announced, those in view are not: the log has them', async (t) => {
  const { clock, peers, chat, heard } = setUp(t);
  const [ana, bob] = [peers.calledBy('Ana'), peers.calledBy('Bob')];
  ana.opens();
  bob.opens();
  chat.select('Ana');
  ana.says('x');
  bob.says('x');
  bob.says('x');
  await clock.advance(1000);
  chat.attend(false);
  ana.says('x');
  await clock.advance(1000);
  assert.deepEqual(heard, ['2 new messages from Bob.']);
});

test('an earlier Bob is somebody else than the one in view', async (t) => {
  const { clock, peers, chat, heard } = setUp(t);
  const earlier = peers.calledBy('Bob', { id: '1', fingerprint: 'A' });
  earlier.opens();
  peers.calledBy('Bob', { id: '2', fingerprint: 'B' }).opens();
  chat.select('Bob');
  assert.equal(chat.selected.former, false);
  earlier.says('x');
  await clock.advance(1000);
  assert.deepEqual(heard, ['New message from Bob.']);
});
