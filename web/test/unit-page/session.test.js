import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Chat } from '../../app/js/model/chat.js';
import { Session } from '../../app/js/model/session.js';
import { TextMemory } from '../../app/js/model/text-memory.js';
import { useClock } from '../unit/fakes/clock.js';
import { counter, FakePeers, FakeSignaling, idOf } from './fakes/library.js';

let signaling;
let stored;
let storedInTab;
let session;
let chat;

function memory() {
  return new TextMemory('beckon.name', () => ({
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => { stored.set(key, value); },
  }));
}

function tokens() {
  return new TextMemory('beckon.token', () => ({
    getItem: (key) => storedInTab.get(key) ?? null,
    setItem: (key, value) => { storedInTab.set(key, value); },
    removeItem: (key) => { storedInTab.delete(key); },
  }));
}

beforeEach(() => {
  storedInTab = new Map();
  signaling = new FakeSignaling();
  stored = new Map();
  chat = new Chat(new FakePeers(), { protocol: 'chat.v1 me', idOf });
  session = new Session(signaling, { memory: memory(), tokens: tokens(), chat, room: 'tea' });
});

test('loading until greeted, then login, and login it stays when the socket is lost', () => {
  assert.equal(session.view, 'loading');
  signaling.become('connecting');
  signaling.become('waiting');
  assert.equal(session.view, 'loading');
  signaling.become('ready');
  assert.equal(session.view, 'login');
  signaling.become('waiting');
  assert.equal(session.view, 'login');
});

test('a login is trimmed, asks for the room, and is remembered', async () => {
  signaling.become('ready');
  const done = session.login('  Ana ');
  assert.equal(session.busy, true);
  assert.deepEqual(signaling.requests[0].request, { name: 'Ana', room: 'tea' });
  signaling.requests[0].grant();
  await done;
  assert.deepEqual([session.busy, session.view, session.myName, session.error], [false, 'chat', 'Ana', '']);
  assert.equal(new Session(signaling, { memory: memory(), tokens: tokens(), chat }).lastName, 'Ana');
});

test('one login at a time, and none without a name', () => {
  session.login('   ');
  session.login('Ana');
  session.login('Bob');
  assert.equal(signaling.requests.length, 1);
});

test('a refused login shows why, is not remembered, and can be tried again', async () => {
  const done = session.login('Ana');
  signaling.requests[0].refuse(new Error('Username is unavailable'));
  await done;
  assert.deepEqual([session.error, session.busy, stored.size], ['Username is unavailable', false, 0]);
  const changes = counter(session, 'change');
  session.dismissError();
  assert.deepEqual([session.error, changes.seen], ['', 1]);
  session.login('Bob');
  assert.equal(signaling.requests.length, 2);
});

test('a server that wants a token gets one, and is asked for it again when it has lapsed', async () => {
  let done = session.login('Ana');
  signaling.requests[0].refuse(Object.assign(new Error('Log in with a token'), { code: 'unauthorized' }));
  await done;
  assert.deepEqual([session.needsToken, session.errorAbout, session.error], [true, 'token', 'Log in with a token']);
  done = session.login('Ana', ' abc\n');
  assert.deepEqual(signaling.requests[1].request, { name: 'Ana', room: 'tea', token: 'abc' });
  signaling.requests[1].refuse(Object.assign(new Error('Username is unavailable'), { code: 'name_taken' }));
  await done;
  assert.deepEqual([session.needsToken, session.errorAbout], [true, 'name']);
  assert.equal([...stored.values()].some((value) => value.includes('abc')), false, 'a token is not stored');
  session.needsToken = false;
  signaling.emit('logout', { code: 'unauthorized', message: 'The token has expired' });
  assert.deepEqual([session.needsToken, session.errorAbout], [true, 'token']);
});

for (const code of ['bad_room', 'room_full']) {
  test(`a room that cannot be had may be changed: ${code}`, async () => {
    let done = session.login('Ana');
    signaling.requests[0].refuse(Object.assign(new Error('Not that room'), { code }));
    await done;
    assert.deepEqual([session.roomRefused, session.errorAbout, session.error], [true, 'room', 'Not that room']);
    session.room = 'coffee';
    done = session.login('Ana');
    assert.equal(signaling.requests[1].request.room, 'coffee');
    signaling.requests[1].grant();
    await done;
    assert.deepEqual([session.roomRefused, session.error], [false, '']);
  });
}

test('a server that says that it wants a token is asked about first', () => {
  signaling.tokenRequired = true;
  signaling.become('ready');
  assert.equal(session.needsToken, true);
  signaling.tokenRequired = false;
  signaling.become('ready');
  assert.equal(session.needsToken, false, 'it is another one now');
});

test('a token that was good is kept for the tab, until one logs out', async () => {
  const done = session.login('Ana', ' abc ');
  assert.deepEqual([...storedInTab.values()], [], 'not before');
  signaling.requests[0].grant();
  await done;
  assert.equal(session.token, 'abc');
  const reloaded = new Session(signaling, { memory: memory(), tokens: tokens(), chat });
  assert.equal(reloaded.token, 'abc');
  session.logout();
  assert.deepEqual([session.token, storedInTab.size], ['', 0]);
  assert.equal([...stored.values()].some((value) => value.includes('abc')), false, 'other tabs never see it');
});

test('a token that was brought along is kept at once, in place of the one before', () => {
  tokens().save('old');
  const changes = counter(session, 'change');
  session.bring(' new ');
  assert.deepEqual([session.token, tokens().load(), changes.seen], ['new', 'new', 1]);
  session.bring('');
  assert.equal(session.token, 'new', 'nothing is no token');
});

test('an error without words gets some', async () => {
  const done = session.login('Ana');
  signaling.requests[0].refuse(undefined);
  await done;
  assert.notEqual(session.error, '');
});

test('the chat stays while the socket is lost, and ends with a logout of either kind', async () => {
  const done = session.login('Ana');
  signaling.requests[0].grant();
  await done;
  signaling.become('waiting', { retryAt: 5 });
  assert.equal(session.view, 'chat');
  signaling.become('ready');
  signaling.me = null;
  signaling.emit('logout', { code: 'name_taken', message: 'Username is unavailable' });
  assert.deepEqual([session.view, session.error], ['login', 'Username is unavailable']);
  session.logout();
  assert.equal(session.error, '');
});

/** The server ends the stay of somebody who is in a conversation. */
async function sentAway(code = 1008) {
  signaling.become('ready');
  const done = session.login('Ana');
  signaling.requests[0].grant();
  await done;
  chat.connect('Bob');
  signaling.me = null;
  signaling.emit('logout', { code: 'refused', message: 'the token has expired' });
  signaling.become('refused', { code });
}

test('whom the server sends away stays with the conversations, under the same name, until the last is closed', async () => {
  await sentAway();
  assert.deepEqual([session.view, session.loggedIn, session.myName], ['chat', false, 'Ana']);
  assert.deepEqual([session.error, session.errorAbout], ['the token has expired', 'neither']);
  assert.deepEqual(session.trouble, { kind: 'none' }, 'the way back is asked for already');
  const changes = counter(session, 'change');
  chat.disconnect('Bob');
  assert.equal(session.view, 'chat', 'what was said can still be read');
  chat.close('Bob');
  assert.deepEqual([session.view, changes.seen], ['login', 1]);
  assert.equal(session.trouble.kind, 'refused');
});

test('so does who finds the name taken when coming back', async () => {
  signaling.become('ready');
  const done = session.login('Ana');
  signaling.requests[0].grant();
  await done;
  chat.connect('Bob');
  signaling.me = null;
  signaling.become('ready');
  signaling.emit('logout', { code: 'name_taken', message: 'Username is unavailable' });
  assert.deepEqual([session.view, session.loggedIn, session.errorAbout], ['chat', false, 'name']);
  const again = session.login('Ana 2');
  assert.equal(signaling.opened, 0, 'there is a connection');
  signaling.requests[1].grant();
  await again;
  assert.deepEqual([session.loggedIn, session.myName], [true, 'Ana 2']);
});

test('logging in opens the connection again that the server has refused', async () => {
  await sentAway();
  const again = session.login('Ana');
  assert.deepEqual([signaling.opened, signaling.requests.length], [1, 2]);
  signaling.requests[1].grant();
  await again;
  assert.deepEqual([session.view, session.loggedIn, session.error], ['chat', true, '']);
});

test('somebody who is here in another tab is told so', async () => {
  await sentAway(4001);
  assert.equal(session.elsewhere, true);
  session.login('Ana');
  assert.equal(session.elsewhere, false);
});

test('who logs out is gone, name and all', async () => {
  await sentAway();
  chat.clear();
  session.logout();
  assert.deepEqual([session.view, session.myName], ['login', '']);
});

test('trouble with the server: what kind, and until when', async (t) => {
  const clock = useClock(t);
  const kinds = [];
  session.addEventListener('change', () => kinds.push(session.trouble));
  signaling.become('connecting');
  signaling.become('ready');
  await clock.advance(5000);
  signaling.become('waiting', { retryAt: 1234 });
  await clock.advance(1500);
  signaling.become('connecting');
  signaling.become('refused', { code: 1008 });
  assert.deepEqual(kinds, [
    { kind: 'none' },
    { kind: 'none' },
    { kind: 'none' },
    { kind: 'waiting', retryAt: 1234 },
    { kind: 'connecting' },
    { kind: 'refused', code: 1008 },
  ]);
  session.retry();
  assert.equal(signaling.retries, 1);
});

/** @param {number} tries in vain, the newest last */
function inVain(tries) {
  signaling.become('connecting');
  signaling.become('waiting');
  signaling.emit('unreachable', { tries, opened: false, last: true, message: 'for developers' });
}

test('a server that never greets is said to be unreachable after some tries, and no more once it does', async (t) => {
  const clock = useClock(t);
  const changes = counter(session, 'change');
  inVain(1);
  inVain(2);
  await clock.advance(2000);
  assert.equal(session.unreachable, false, 'two tries');
  const before = changes.seen;
  signaling.emit('unreachable', { tries: 3 });
  assert.deepEqual([session.unreachable, changes.seen], [true, before + 1]);
  signaling.become('connecting');
  assert.equal(session.unreachable, true);
  signaling.become('ready');
  assert.equal(session.unreachable, false);
  inVain(4);
  assert.equal(session.unreachable, false, 'it was there: what is said of a lost connection will do');
});

test('three quick tries are not yet a reason to alarm anybody', async (t) => {
  const clock = useClock(t);
  for (const tries of [1, 2, 3]) inVain(tries);
  assert.equal(session.unreachable, false);
  await clock.advance(1500);
  assert.equal(session.unreachable, true);
});

test('a loss that is mended at once is no trouble', async (t) => {
  const clock = useClock(t);
  const kinds = new Set();
  session.addEventListener('change', () => kinds.add(session.trouble.kind));
  for (let i = 0; i < 5; i++) {
    signaling.become('online');
    signaling.become('waiting', { retryAt: clock.now + 500 });
    await clock.advance(1000);
    signaling.become('connecting');
    await clock.advance(400);
    signaling.become('ready');
  }
  assert.deepEqual([...kinds], ['none']);
  signaling.become('waiting');
  await clock.advance(1000);
  signaling.become('connecting');
  await clock.advance(500);
  assert.equal(session.trouble.kind, 'connecting', 'from the loss on, whatever is tried');
});

test('what the server offers: nothing, STUN, or a relay', () => {
  assert.equal(session.servers, 'none');
  signaling.iceServers = [{ urls: 'stun:a' }, { urls: ['stun:b'] }];
  assert.equal(session.servers, 'stun');
  for (const relay of ['turn:c', 'turns:c?transport=tcp', 'TURN:c']) {
    signaling.iceServers = [{ urls: 'stun:a' }, { urls: ['stun:b', relay] }];
    assert.equal(session.servers, 'relay', relay);
  }
});

test('who was never here has no name', () => {
  assert.equal(session.lastName, '');
  memory().save('Ana');
  assert.equal(memory().load(), 'Ana');
});

test('a storage that is missing, full or forbidden harms nothing', () => {
  const forbidden = new TextMemory('beckon.name', () => { throw new DOMException('no', 'SecurityError'); });
  forbidden.save('Ana');
  assert.equal(forbidden.load(), '');
  const tab = new TextMemory('beckon.token', () => { throw new DOMException('no', 'SecurityError'); });
  tab.save('abc');
  tab.forget();
  assert.equal(tab.load(), '');
});
