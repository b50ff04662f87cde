// Who is connected can make us connect anew: as often as it does, it costs a connection each time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newCall } from '../../app/lib/call.js';
import { record } from './fakes/events.js';
import { FakeTrack } from './fakes/media.js';
import { startParty } from './fakes/party.js';
import { startTalk } from './fakes/talk.js';

const MINUTE = 60_000;

/** A description of a connection that nobody has. */
function bogus(type, session, more = '') {
  const sdp = ['v=0', `o=- ${session} 1 IN IP4 127.0.0.1`, 's=-', 't=0 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:0',
    'a=fingerprint:sha-256 AA:BB', 'a=setup:active', `a=ice-ufrag:x${session}`, 'a=fake-id:9999', more].join('\r\n');
  return { type, sdp };
}

/** When each connection was made from now on, in ms from now; the connections of both sides. */
function watch({ clock, network }) {
  const start = clock.steady;
  const made = [];
  const push = network.all.push.bind(network.all);
  network.all.push = (pc) => {
    made.push(clock.steady - start);
    return push(pc);
  };
  return made;
}

/** At least a second apart but for the first, and then further and further. */
function assertSpaced(times) {
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  assert.ok(gaps.every((gap) => gap >= 1_000), `gaps of ${gaps}`);
  assert.ok(times.length <= 11, `${times.length} connections`);
}

const byName = (server, from, frame) => server.handle(server.socketOf(from), frame);

test('every offer is answered badly: a few calls, further and further apart, and then it has failed', async (t) => {
  const party = await startParty(t);
  const { ana, clock, server } = party;
  const made = watch(party);
  let session = 0;
  server.intercept = (socket, { type, name, call }) => {
    if (type !== 'offer' || name !== 'bob') return false;
    for (let i = 0; i < 3; i++) byName(server, 'bob', { type: 'answer', name: 'ana', call, answer: bogus('answer', ++session) });
    return true;
  };
  const peer = ana.peers.connect('bob');
  await clock.advance(100);
  assert.equal(made.length, 2, 'the first time is at once');
  await clock.advance(MINUTE);
  assertSpaced(made.slice(1));
  assert.ok(made.length <= 6, `${made.length} connections`);
  assert.deepEqual([peer.state, made.at(-1) < 16_000], ['failed', true]);
});

test('a connection that comes about in spite of a bad answer is kept', async (t) => {
  const party = await startParty(t);
  const { ana, clock, server } = party;
  const made = watch(party);
  let answers = 0;
  server.intercept = (socket, frame) => {
    const { type, name, call, late } = frame;
    if (name !== 'ana' || late) return false;
    if (type === 'candidate') setTimeout(() => byName(server, 'bob', { ...frame, late: true }), 50);
    if (type === 'answer' && ++answers <= 2) {
      setTimeout(() => byName(server, 'bob', { type, name, call, answer: bogus(type, 1), late: true }), 10);
    }
    return type === 'candidate';
  };
  const peer = ana.peers.connect('bob');
  await clock.advance(MINUTE);
  assert.deepEqual([peer.state, peer.epoch, new Set(server.got('offer').map(({ call }) => call)).size], ['open', 1, 2]);
  assert.equal(made.length, 4, "bob's, too");
});

test('bad answers in mid-conversation: one is made up for at once, and many are a nuisance', async (t) => {
  const party = await startTalk(t);
  const { clock, server, anas } = party;
  const made = watch(party);
  const stray = () => byName(server, 'bob', { type: 'answer', name: 'ana', call: server.got('offer').at(-1).call, answer: bogus('answer', 1) });
  stray();
  await clock.advance(100);
  assert.deepEqual([anas.peer.state, anas.peer.epoch, made.length], ['open', 2, 2]);
  for (let i = 0; i < MINUTE / 20; i++) {
    stray();
    await clock.advance(20);
  }
  const hers = made.filter((_, i) => i % 2 === 0);
  assertSpaced(hers);
  assert.ok(hers.length > 5, 'and it goes on');
  await clock.advance(10_000);
  assert.equal(anas.peer.state, 'open');
});

test('offers that cross on purpose', async (t) => {
  const party = await startTalk(t);
  const { anas, clock, server } = party;
  server.intercept = (socket, { type, name, call, offer }) => {
    if (type !== 'offer' || name !== 'bob' || !offer.sdp.includes('m=video')) return false;
    const { sdp } = server.got('answer').filter((answer) => answer.call === call).at(-1).answer;
    byName(server, 'bob', { type: 'offer', name: 'ana', call, offer: { type: 'offer', sdp } });
    return true;
  };
  anas.peer.addTrack(new FakeTrack('video'), { purpose: 'camera' });
  await clock.advance(200);
  const made = watch(party);
  await clock.advance(MINUTE);
  assertSpaced(made.filter((_, i) => i % 2 === 0));
});

test('calls anew all the time over a connection that stands: the last of them is answered now and then, and the others are told', async (t) => {
  const party = await startTalk(t);
  const { ana, clock, server } = party;
  const refused = record(ana.peers, 'refused');
  const made = watch(party);
  for (let i = 0; i < MINUTE / 20; i++) {
    byName(server, 'bob', { type: 'offer', name: 'ana', call: newCall(), offer: bogus('offer', i) });
    await clock.advance(20);
  }
  assertSpaced(made);
  assert.equal(made[0] < 10, true, 'the first at once');
  await clock.advance(10_000);
  assert.equal(refused.length + made.length, MINUTE / 20);
});

test('an answer that waits for its time has all that came for it, and is not given if they hang up first', async (t) => {
  const { ana, bob, clock, network, join, server } = await startTalk(t);
  const reload = async (user) => {
    network.open.filter((_, i) => i % 2 === 1).at(-1).vanish();
    user.signaling.close();
    await clock.advance(10);
    const again = await join('bob');
    again.peers.connect('ana');
    return again;
  };
  const second = await reload(bob);
  await clock.advance(50);
  const third = await reload(second);
  await clock.advance(100);
  assert.equal(third.peers.get('ana').state, 'connecting', 'it waits');
  await clock.advance(1_000);
  assert.deepEqual([third.peers.get('ana').state, ana.peers.get('bob').state], ['open', 'open']);
  const before = network.all.length;
  const { call } = server.got('offer').at(-1);
  byName(server, 'bob', { type: 'offer', name: 'ana', call: 'other', offer: bogus('offer', 7) });
  byName(server, 'bob', { type: 'leave', name: 'ana', call: 'other' });
  await clock.advance(10_000);
  assert.notEqual(call, 'other');
  assert.deepEqual([network.all.length, ana.peers.get('bob').state], [before, 'open']);
});

/** bob is out of touch with ana, who answers each of his offers with one and the same nonsense; for so long that all is made anew. */
async function startLost(t) {
  const party = await startTalk(t);
  const { clock, network, server } = party;
  const [his, hers] = ['bob', 'ana'].map((name) => server.users.get(name));
  network.up = false;
  network.lose('failed');
  server.intercept = (socket, { type, name, call }) => {
    if (type === 'offer' && name === 'ana') his.deliver({ type: 'answer', name, call, answer: bogus('answer', call) });
    return name === 'ana' || name === 'bob';
  };
  await clock.advance(30_000);
  return { ...party, his, hers };
}

test('out of touch, and in and out of the room all the time', async (t) => {
  const party = await startLost(t);
  const { clock, his, hers } = party;
  const made = watch(party);
  for (let i = 0; i < MINUTE / 50; i++) {
    his.left(hers.user);
    await clock.advance(25);
    his.joined(hers.user);
    await clock.advance(25);
  }
  assert.ok(made.length > 2, 'it is tried');
  assertSpaced(made);
});

test('out of touch, and every channel ends before it is open', async (t) => {
  const party = await startLost(t);
  const { clock, network, bob } = party;
  const made = watch(party);
  for (let i = 0; i < MINUTE / 50; i++) {
    for (const pc of network.open) pc.hearClose();
    await clock.advance(50);
  }
  assert.equal(bob.peers.get('ana').state, 'reconnecting');
  assert.ok(made.length > 2, 'it is tried');
  assertSpaced(made);
});
