// Back and Forward on a narrow screen, where a conversation covers the list of people.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { keepPaneHistory } from '../../app/js/ui/pane-history.js';
import { FakePeers, idOf } from './fakes/library.js';

/** A window with a history, of which the page's own entry is the second; going back and forth takes a moment. */
class FakeWindow extends EventTarget {
  entries = ['elsewhere', null];
  at = 1;
  history = {
    page: this,
    get state() { return this.page.entries[this.page.at]; },
    pushState(state) { this.page.entries.splice(++this.page.at, Infinity, state); },
    replaceState(state) { this.page.entries[this.page.at] = state; },
    back() { setImmediate(() => this.page.go(-1)); },
  };

  go(steps) {
    this.at += steps;
    assert.ok(this.at > 0, 'the page was left');
    this.dispatchEvent(new Event('popstate'));
  }
}

/** Lets the way back be gone. */
const soon = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function setUp({ narrow = true, entries } = {}) {
  const page = new FakeWindow();
  if (entries) Object.assign(page, { entries, at: entries.length - 1 });
  const chat = new Chat(new FakePeers(), { protocol: 'p', idOf });
  const wide = Object.assign(new EventTarget(), { matches: !narrow });
  const become = (matches) => {
    wide.matches = matches;
    wide.dispatchEvent(new Event('change'));
  };
  keepPaneHistory(page, chat, { signal: new AbortController().signal, wide });
  return { page, chat, become };
}

test('Back shows the list and stays on the page, Forward the conversation again', () => {
  const { page, chat } = setUp();
  chat.connect('Ana');
  assert.deepEqual([page.entries.length, page.at], [3, 2]);
  page.go(-1);
  assert.equal(chat.selected, null);
  assert.equal(chat.get('Ana').state, 'connecting', 'nobody has hung up');
  page.go(1);
  assert.equal(chat.selected.name, 'Ana');
  assert.deepEqual([page.entries.length, page.at], [3, 2]);
});

test('however often conversations are opened, left and switched, one entry is all', async () => {
  const { page, chat } = setUp();
  for (let i = 0; i < 5; i++) {
    chat.connect('Ana');
    chat.connect('Bob');
    chat.select(null);
    await soon();
    assert.equal(page.at, 1);
  }
  assert.equal(page.entries.length, 3);
});

test('who opens another while the way back is still taken finds it open', async () => {
  const { page, chat } = setUp();
  chat.connect('Ana');
  chat.select(null);
  chat.connect('Bob');
  await soon();
  assert.deepEqual([chat.selected.name, page.at], ['Bob', 2]);
  page.go(-1);
  assert.equal(chat.selected, null);
});

test('Forward to a conversation that was closed since leads back to the list', async () => {
  const { page, chat } = setUp();
  chat.connect('Ana');
  chat.close('Ana');
  await soon();
  assert.equal(page.at, 1);
  page.go(1);
  await soon();
  assert.deepEqual([chat.selected, page.at], [null, 1]);
});

test('Forward shows the conversation that was shown last', () => {
  const { page, chat } = setUp();
  chat.connect('Ana');
  chat.connect('Bob');
  page.go(-1);
  page.go(1);
  assert.equal(chat.selected?.name, 'Bob');
});

test('a screen that is turned while the way back is taken takes it once', async () => {
  const { page, chat, become } = setUp();
  chat.connect('Ana');
  chat.select(null);
  become(true);
  await soon();
  assert.equal(page.at, 1);
});

test('where there is room for both, an entry from before changes nothing', async () => {
  const { page, chat, become } = setUp();
  chat.connect('Ana');
  become(true);
  await soon();
  chat.connect('Bob');
  page.go(1);
  await soon();
  assert.deepEqual([chat.selected.name, page.at], ['Bob', 1]);
});

test('where there is room for both, nothing is put into the history', async () => {
  const { page, chat, become } = setUp({ narrow: false });
  chat.connect('Ana');
  assert.equal(page.entries.length, 2);
  become(false);
  assert.equal(page.at, 2);
  become(true);
  await soon();
  assert.deepEqual([chat.selected.name, page.at], ['Ana', 1]);
});

test('a page that was loaded again has no conversation any more, and no entry for it', async () => {
  const { page } = setUp({ entries: ['elsewhere', null, { conversation: 'Ana' }] });
  await soon();
  assert.equal(page.at, 1);
});
