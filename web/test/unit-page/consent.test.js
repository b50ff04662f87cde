import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Consent } from '../../app/js/model/consent.js';
import { counter, FakePeers, idOf } from './fakes/library.js';

let peers;
let chat;
let stored;

beforeEach(() => {
  peers = new FakePeers();
  chat = new Chat(peers, { protocol: 'chat.v1 me', idOf, now: () => 0 });
  stored = new Map();
});

const storage = () => ({ getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => { stored.set(key, value); } });

function open({ byLink = false, ...more } = {}) {
  return new Consent({ chat, byLink, storage, ...more });
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
