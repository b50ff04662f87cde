import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { avatarOf } from '../../app/js/model/avatar.js';
import { connectionWords } from '../../app/js/model/connection-words.js';
import { countdown, relativeTime } from '../../app/js/model/time-words.js';
import { titleFor } from '../../app/js/model/title.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const english = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

for (const [age, words] of [
  [-5 * MINUTE, 'just now'],
  [0, 'just now'],
  [44 * SECOND, 'just now'],
  [45 * SECOND, '1 minute ago'],
  [5 * MINUTE, '5 minutes ago'],
  [59 * MINUTE, '59 minutes ago'],
  [59 * MINUTE + 40 * SECOND, '1 hour ago'],
  [23 * HOUR, '23 hours ago'],
  [23 * HOUR + 40 * MINUTE, 'yesterday'],
  [3 * DAY, '3 days ago'],
]) {
  test(`${age} ms old is '${words}'`, () => assert.equal(relativeTime(1e12 - age, 1e12, english), words));
}

for (const [left, words] of [[-1, 'in a moment'], [0, 'in a moment'], [1, 'in 1 second'], [1000, 'in 1 second'], [1001, 'in 2 seconds'], [30_000, 'in 30 seconds']]) {
  test(`${left} ms to go is '${words}'`, () => assert.equal(countdown(5000 + left, 5000), words));
}

const facts = { name: 'Ana', state: 'closed', route: null, reason: null, online: true, servers: 'stun', relayForced: false };
const words = (changes) => connectionWords({ ...facts, ...changes });

test('every state has its words', () => {
  const labels = [
    ['connecting', null, 'Connecting…'],
    ['open', null, 'Connected'],
    ['open', 'direct', 'Connected directly'],
    ['open', 'same-network', 'Connected directly'],
    ['open', 'relay', 'Connected through a relay'],
    ['open', 'relay-udp', 'Connected through a relay (UDP)'],
    ['open', 'relay-tcp', 'Connected through a relay (TCP)'],
    ['open', 'relay-tls', 'Connected through a relay (TLS)'],
    ['reconnecting', null, 'Reconnecting…'],
    ['failed', null, 'Connection failed'],
    ['closed', null, 'Disconnected'],
  ];
  for (const [state, route, label] of labels) assert.equal(words({ state, route }).label, label);
});

test('who did not take a call did not disconnect', () => {
  assert.equal(words({ reason: 'hangup' }).help, 'Ana disconnected.');
  const untaken = words({ reason: 'hangup', untaken: true });
  assert.deepEqual([untaken.help, untaken.action], ['Ana did not take the call.', 'Try again']);
  assert.equal(words({ reason: 'hangup', untaken: true, online: false }).action, '');
});

test('somebody else has the name: what was written is not for them, and they are another', () => {
  const replaced = words({ state: 'closed', reason: 'replaced' });
  assert.deepEqual([replaced.label, replaced.action], ['Offline', 'Start a new conversation']);
  assert.match(replaced.help, /Somebody else is called Ana now, or Ana has logged in anew: .+ Nothing you wrote here goes to them\./);
  for (const state of ['closed', 'failed', 'reconnecting', 'open']) {
    const former = words({ state, former: true, online: false });
    assert.equal(former.action, '', state);
    assert.match(former.help, /Somebody else is called Ana now/, state);
  }
  assert.match(words({ state: 'open', another: true }).help, /not the same Ana as before/);
  assert.equal(words({ state: 'open' }).help, '');
});

for (const [reason, more, ...says] of [
  ['timeout', {}, /Ana did not answer/, /Try again/],
  ['no-candidates', {}, /found no network/, /WebRTC.*another browser/],
  ['no-remote-candidates', {}, /Ana’s browser/, /another browser/],
  ['relay-only', {}, /address is not to be shown/, /Switch off.*operator.*--turn/],
  ['relay-only', { relayForced: true }, /server lets browsers connect through a relay only/, /operator.*--turn/],
  ['relay-refused', {}, /relay did not let/, /Log out and in again.*operator/],
  ['relay-full', {}, /relay has no room/, /later/],
  ['relay-unreachable', {}, /relay does not answer/, /firewall.*another network/],
  ['udp-blocked', {}, /block UDP/, /another one.*operator.*--turn/],
  ['no-relay', {}, /your network and Ana’s/, /same network as Ana.*operator.*--turn/],
  ['no-relay', { servers: 'none' }, /only browsers in one network can connect/, /operator.*--turn/],
  ['ice-failed', { servers: 'none' }, /only browsers in one network can connect/, /operator.*--turn/],
  ['ice-failed', { servers: 'relay' }, /not even through the relay/, /another network/],
  ['error', {}, /could not set the connection up/],
]) {
  test(`a failure says why, and what to do: ${reason} ${JSON.stringify(more)}`, () => {
    const { help, tone, label, action } = words({ state: 'failed', reason, ...more });
    for (const pattern of says) assert.match(help, pattern);
    assert.deepEqual([tone, label, action], ['bad', 'Connection failed', 'Try again']);
  });
}

test('every reason there is has words of its own', () => {
  const [, about] = readFileSync(new URL('../../app/lib/peer.js', import.meta.url), 'utf8').split('Why a Peer failed');
  const documented = about.match(/^ \* - `([\w-]+)`/gm).map((line) => line.slice(6, -1));
  assert.ok(documented.length >= 17, `${documented}`);
  const helps = new Map(['failed', 'closed'].flatMap((state) => documented.map((reason) => [`${state} ${reason}`, words({ state, reason }).help])));
  const ordinary = helps.get('failed no-relay');
  for (const reason of documented) {
    const own = [helps.get(`failed ${reason}`), helps.get(`closed ${reason}`)].some((help) => help !== ordinary && help !== 'The connection has ended.');
    assert.ok(own || ['no-relay', 'ice-failed'].includes(reason), reason);
  }
});

test('who is out of reach may come back', () => {
  assert.match(words({ state: 'reconnecting' }).label, /^Reconnecting/);
  const away = words({ state: 'reconnecting', online: false });
  assert.deepEqual([away.tone, away.action], ['busy', '']);
  assert.match(away.label, /^Offline/);
  assert.match(away.help, /goes on/);
});

test('who is gone cannot be tried again', () => {
  const gone = words({ state: 'failed', reason: 'left', online: false });
  assert.deepEqual([gone.help, gone.action], ['Ana is not online any more.', '']);
});

test('an end says who ended it', () => {
  assert.equal(words({ reason: 'local' }).help, 'You disconnected.');
  assert.equal(words({ reason: 'hangup' }).help, 'Ana disconnected.');
  assert.equal(words({ reason: 'closed-by-peer' }).help, 'Ana disconnected.');
  assert.match(words({ reason: 'protocol-error' }).help, /from Ana could not be understood.*hung up/);
  assert.match(words({ reason: 'overload' }).help, /Too much.*from Ana.*hung up/);
  const left = words({ reason: 'left', online: false });
  assert.deepEqual([left.label, left.help, left.action], ['Offline', 'Ana left.', '']);
  assert.equal(words({ reason: 'hangup' }).action, 'Connect again');
});

test('the title tells what is unread, and with whom one talks', () => {
  assert.equal(titleFor({ view: 'loading', unread: 0, chattingWith: '' }), 'beckon');
  assert.equal(titleFor({ view: 'login', unread: 0, chattingWith: '' }), 'Log in · beckon');
  assert.equal(titleFor({ view: 'chat', unread: 0, chattingWith: 'Ana' }), 'Ana · beckon');
  assert.equal(titleFor({ view: 'chat', unread: 12, chattingWith: '' }), '(12) beckon');
});

for (const [name, initials] of [['ana', 'A'], ['Ana Lima', 'AL'], ['a b c', 'AC'], ['🦊 Fox', '🦊'], ['👩‍👩‍👧', '👩‍👩‍👧'], ['木村', '木'], ['ß', 'SS'], ['', '']]) {
  test(`the initials of '${name}' are '${initials}'`, () => assert.equal(avatarOf(name).initials, initials));
}

test('a picture is the same for the same name, and pictures differ', () => {
  assert.deepEqual(avatarOf('Ana'), { ...avatarOf('ANA') });
  assert.equal(avatarOf('علی\u200cرضا').hue, avatarOf('علیرضا').hue);
  assert.equal(avatarOf('❤\ufe0f').hue, avatarOf('❤').hue);
  const hues = new Set(Array.from({ length: 100 }, (_, i) => avatarOf(`user ${i}`).hue));
  assert.ok(hues.size > 80, `only ${hues.size} hues for 100 names`);
  for (let i = 0; i < 1000; i++) {
    const { hue, turn } = avatarOf(`n${i}`);
    assert.ok(hue >= 0 && hue < 360 && turn >= 0 && turn < 360);
  }
});
