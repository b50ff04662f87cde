import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Consent } from '../../app/js/model/consent.js';
import { useClock } from '../unit/fakes/clock.js';
import { find, shown, useDocument } from './fakes/document.js';
import { counter, FakePeers, idOf } from './fakes/library.js';

let peers;
let chat;
let stored;
let storedInTab;

beforeEach(() => {
  peers = new FakePeers();
  chat = new Chat(peers, { protocol: 'chat.v1 me', idOf, now: () => 0 });
  stored = new Map();
  storedInTab = new Map();
});

const storageOf = (map) => ({ getItem: (key) => map.get(key) ?? null, setItem: (key, value) => { map.set(key, value); } });
const storage = () => storageOf(stored);
const tab = () => storageOf(storedInTab);

function open({ byLink = false, ...more } = {}) {
  return new Consent({ chat, byLink, storage, tab, ...more });
}

/** Somebody calls, with that certificate. */
function calls(name, fingerprint = name) {
  return peers.calledBy(name, { id: '', fingerprint });
}

/** What has become of the question whether to answer; undefined: it is open. */
async function answer(decided) {
  return Promise.race([decided, Promise.resolve().then(() => undefined)]);
}

const names = (consent) => consent.waiting.map(({ name }) => name);

test('a stranger is asked about, and waits meanwhile', async () => {
  const consent = open();
  const rings = counter(consent, 'ring');
  const eve = calls('Eve');
  const decided = consent.decide(eve);
  assert.deepEqual([await answer(decided), names(consent), rings.seen], [undefined, ['Eve'], 1]);
  const fay = consent.decide(calls('Fay'));
  assert.deepEqual(names(consent), ['Eve', 'Fay']);
  consent.decline(eve);
  assert.deepEqual([await decided, await answer(fay), names(consent)], [false, undefined, ['Fay']]);
});

test('to connect to who calls is to accept', async () => {
  const consent = open();
  const decided = consent.decide(calls('Eve'));
  chat.connect('Eve');
  assert.deepEqual([await decided, names(consent), chat.selected.name], [true, [], 'Eve']);
});

test('who gives up is not asked about any more', async () => {
  const consent = open();
  const eve = calls('Eve');
  const decided = consent.decide(eve);
  eve.become('closed', { reason: 'hangup' });
  assert.deepEqual([await decided, names(consent)], [false, []]);
});

test('an acquaintance is answered, but not somebody else of that name', async () => {
  const consent = open();
  calls('Bob').opens();
  peers.live.get('Bob').become('closed', { reason: 'left' });
  assert.equal(consent.decide(calls('Bob')), true);
  assert.equal(await answer(consent.decide(calls('Bob', 'another'))), undefined);
  assert.equal(await answer(consent.decide(peers.calledBy('Bob'))), undefined, 'who shows no certificate may be anybody');
});

test('another of a name that I know is let in as another', async () => {
  const consent = open();
  calls('Bob').opens();
  const bob = chat.get('Bob');
  peers.live.get('Bob').become('closed', { reason: 'left' });
  const other = calls('Bob', 'another');
  const decided = consent.decide(other);
  chat.accept(other);
  assert.deepEqual([await decided, other.accepted, names(consent)], [true, true, []]);
  assert.deepEqual([chat.selected.state, chat.selected.another, bob.former], ['connecting', true, true]);
});

test('who may be another than the one I called is let in where I called them', async () => {
  const consent = open();
  chat.connect('Bob');
  const { selected } = chat;
  peers.live.get('Bob').become('failed', { reason: 'timeout' });
  const caller = calls('Bob', 'another');
  const decided = consent.decide(caller);
  assert.deepEqual(names(consent), ['Bob']);
  chat.accept(caller);
  assert.deepEqual([await decided, names(consent), chat.selected, selected.state], [true, [], selected, 'connecting']);
});

test('who was let in and not reached is no stranger either', () => {
  const consent = open();
  const eve = calls('Eve');
  consent.decide(eve);
  chat.accept(eve);
  eve.become('failed', { reason: 'ice-failed' });
  assert.equal(consent.decide(calls('Eve')), true);
});

test('whom I hung up on is asked about', async () => {
  const consent = open();
  calls('Bob').opens();
  chat.disconnect('Bob');
  assert.equal(await answer(consent.decide(calls('Bob'))), undefined);
});

test('who is blocked is not heard of again, by that name or with that browser', async () => {
  const consent = open();
  const eve = calls('Eve', 'E');
  const decided = consent.decide(eve);
  const other = consent.decide(calls('Fay', 'E'));
  consent.block(eve);
  assert.deepEqual([await decided, await other, names(consent)], [false, false, []]);
  assert.deepEqual([consent.decide(calls('Eve', 'F')), consent.decide(calls('Gus', 'E'))], [false, false]);
  consent.answer(true);
  assert.equal(consent.decide(calls('Eve', 'F')), false);
});

test('who is blocked stays so when the page is reloaded, and in no other tab', () => {
  const consent = open({ byLink: true });
  consent.block(calls('Eve', 'E'));
  consent.block(calls('Fay', 'F'));
  const reloaded = open({ byLink: true });
  assert.deepEqual(['Eve', 'Fay', 'Gus'].map((name) => reloaded.decide(calls(name))), [false, false, true]);
  assert.equal(reloaded.decide(calls('Eva', 'E')), false);
  storedInTab = new Map();
  assert.equal(open({ byLink: true }).decide(calls('Eve', 'E')), true);
});

for (const nonsense of ['', '{', '{}', '[null, 1, {"name": "Eve"}, {"name": 1, "fingerprint": 2}]']) {
  test(`what else is stored blocks nobody, and keeps nobody from being blocked: ${nonsense}`, () => {
    storedInTab.set('beckon.blocked', nonsense);
    const consent = open({ byLink: true });
    assert.equal(consent.decide(calls('Eve')), true);
    consent.block(calls('Eve'));
    assert.equal(open({ byLink: true }).decide(calls('Eve')), false);
  });
}

test('without a storage blocking counts until the page is left', () => {
  const consent = open({ byLink: true, tab: () => { throw new Error('no'); } });
  consent.block(calls('Eve'));
  assert.equal(consent.decide(calls('Eve')), false);
});

test('the question says what blocking does, and for how long', async (t) => {
  useClock(t);
  const { body } = useDocument(t);
  const { mountCallers } = await import('../../app/js/ui/consent-view.js');
  const consent = open();
  mountCallers(body, consent, { signal: new AbortController().signal, accept() {}, after() {} });
  assert.deepEqual(shown(body), []);
  consent.decide(calls('Eve'));
  const note = shown(body).find(({ textContent, tag }) => tag === 'p' && textContent.startsWith('Block:'));
  assert.equal(note.textContent, 'Block: nobody called Eve can call you until you close this tab. By another name they may get through.');
  assert.equal(find(body, 'button', 'Block Eve').getAttribute('aria-describedby'), note.getAttribute('id'));
});

test('in a room opened by link everybody is answered, unless one wants it otherwise', async () => {
  const consent = open({ byLink: true });
  assert.equal(consent.decide(calls('Eve')), true);
  consent.answer(false);
  assert.equal(await answer(consent.decide(calls('Fay'))), undefined);
  assert.equal(open({ byLink: true }).everybody, false, 'that is remembered');
});

test('who answers everybody also answers those who wait', async () => {
  const consent = open();
  const decided = consent.decide(calls('Eve'));
  consent.answer(true);
  assert.deepEqual([await decided, names(consent), open().everybody], [true, [], true]);
});

test('without a storage it counts for this visit', () => {
  const consent = open({ storage: () => { throw new Error('no'); } });
  assert.equal(consent.everybody, false);
  consent.answer(true);
  assert.equal(consent.everybody, true);
});
