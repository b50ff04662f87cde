// What the list shows of a conversation.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { lastLine } from '../../app/js/model/last-line.js';
import { shortTime } from '../../app/js/model/time-words.js';
import { counter, FakePeers, idOf } from './fakes/library.js';

const said = (/** @type {string} */ text, mine = false) => ({ id: 1, mine, sender: 'Ana', text, at: 1_000, cut: false, delivery: 'done' });

test('before anything is said there is none', () => assert.equal(lastLine([]), null));

test('it is the newest message, and whose', () => {
  assert.deepEqual(lastLine([said('one'), said('two', true)]), { mine: true, text: 'two', at: 1_000 });
});

test('it is one line', () => {
  assert.equal(lastLine([said('\n\n  first\r\n\tsecond \u2028 third\n')])?.text, 'first second third');
});

test('of a long text it is the beginning, in whole characters', () => {
  assert.equal(lastLine([said('\n'.repeat(60_000) + 'after many blanks')])?.text, 'after many blanks');
  const long = lastLine([said(`${'w'.repeat(199)}😀${'w'.repeat(60_000)}`)])?.text;
  assert.equal(long, 'w'.repeat(199));
});

test('every message is told of, ours and theirs, looked at or not', () => {
  const peers = new FakePeers();
  const chat = new Chat(peers, { protocol: 'p', idOf });
  const told = counter(chat, 'message');
  const ana = peers.calledBy('Ana');
  ana.opens();
  ana.says('hello');
  chat.select('Ana');
  ana.says('in view');
  assert.equal(told.seen, 2);
  chat.selected?.send('mine', 'Me');
  assert.equal(told.seen, 3);
});

test('its time is that of the day, and the date after midnight', () => {
  const formats = {
    time: new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }),
    date: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }),
  };
  const at = (/** @type {[number, number, number, number?]} */ ...[month, day, hour, minute = 0]) => new Date(2026, month - 1, day, hour, minute).getTime();
  assert.equal(shortTime(at(11, 30, 9, 5), at(11, 30, 23, 59), formats), '09:05');
  assert.equal(shortTime(at(11, 30, 23, 59), at(12, 1, 0, 1), formats), '30 Nov');
  assert.equal(shortTime(at(10, 30, 9, 5), at(11, 30, 9, 5), formats), '30 Oct');
});
