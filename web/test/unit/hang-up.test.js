// What was hung up stays hung up, whatever was on its way, until somebody wants it otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newCall, renewalOf, rootOf } from '../../app/lib/call.js';
import { startParty } from './fakes/party.js';

/** ana and bob, talking. */
async function startTalk(t, options) {
  const party = await startParty(t, options);
  const peer = party.ana.peers.connect('bob');
  await party.clock.advance(50);
  const other = party.bob.peers.get('ana');
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  const lose = () => {
    party.network.up = false;
    party.network.lose('failed');
  };
  /** ana's machine is away from everything; her socket is, too. */
  const cutOff = async () => {
    party.server.cutOff.add('ana');
    party.server.socketOf('ana').end(1006);
    lose();
    await party.clock.advance(10);
  };
  const comeBack = async (ms = 5_000) => {
    party.server.cutOff.clear();
    party.network.up = true;
    party.ana.page.fire('online');
    await party.clock.advance(ms);
  };
  const goodbyes = () => party.server.got('leave').filter(({ name }) => name === 'bob');
  return { ...party, peer, other, lose, cutOff, comeBack, goodbyes };
}

function assertOver({ ana, bob, peer, other }, reason = 'hangup') {
  assert.deepEqual([peer.state, peer.reason], ['closed', 'local']);
  assert.deepEqual([other.state, other.reason], ['closed', reason]);
  assert.deepEqual([ana.peers.get('bob'), bob.peers.get('ana')], [undefined, undefined]);
  assert.deepEqual([ana.events.length, bob.events.length], [1, 1]);
}

test('hung up while cut off: the other side hears of it when the line is back, and its renewals come to nothing', async (t) => {
  const talk = await startTalk(t);
  await talk.cutOff();
  talk.peer.close();
  await talk.clock.advance(3_000);
  assert.equal(talk.other.state, 'reconnecting');
  await talk.comeBack();
  assertOver(talk);
  await talk.clock.advance(200_000);
  assertOver(talk);
});

test('the same when the session is over by then', async (t) => {
  const talk = await startTalk(t);
  await talk.cutOff();
  talk.peer.close();
  await talk.clock.advance(60_000);
  await talk.comeBack();
  assertOver(talk);
});

test('whoever comes back last: it is told when both are there', async (t) => {
  const talk = await startTalk(t);
  const { bob, server, clock } = talk;
  await talk.cutOff();
  server.cutOff.add('bob');
  server.socketOf('bob').end(1006);
  talk.peer.close();
  await clock.advance(30_000); // the server has forgotten them
  server.cutOff.delete('ana');
  talk.ana.page.fire('online');
  await clock.advance(5_000);
  assert.deepEqual([talk.ana.signaling.state, talk.goodbyes().length], ['online', 0]);
  await talk.comeBack(0);
  bob.page.fire('online');
  await clock.advance(5_000);
  assertOver(talk);
  assert.equal(talk.goodbyes()[0].call, server.got('offer')[0].call);
});

test('a goodbye that went down with its socket is said again', async (t) => {
  const talk = await startTalk(t);
  talk.server.socketOf('ana').die();
  talk.server.cutOff.add('ana');
  talk.lose();
  talk.peer.close();
  assert.equal(talk.ana.signaling.state, 'online');
  await talk.clock.advance(15_000);
  assert.equal(talk.other.state, 'reconnecting');
  await talk.comeBack();
  assertOver(talk);
});

test('a goodbye that crosses a renewal counts for the renewal', async (t) => {
  const talk = await startTalk(t);
  const { bob, clock, network, server, peer } = talk;
  talk.lose();
  await clock.advance(25_000); // bob has begun to connect anew by now
  network.up = true;
  const held = [];
  server.intercept = (socket, frame) => frame.type === 'offer' && frame.name === 'ana' && held.push([socket, frame]) > 0;
  const before = server.got('offer').at(-1).call;
  bob.page.fire('online');
  await clock.advance(30_000);
  assert.notEqual(held[0]?.[1].call ?? before, before, 'a renewal is on its way');
  server.intercept = () => false;
  peer.close();
  for (const [socket, frame] of held) server.handle(socket, frame);
  await clock.advance(1_000);
  assertOver(talk);
});

test('no candidate or offer of what was hung up makes a call of it', async (t) => {
  const talk = await startTalk(t);
  const { clock, server, peer } = talk;
  const [offer] = server.got('offer');
  peer.close();
  await clock.advance(50);
  const say = (frame) => server.handle(server.socketOf('bob'), { ...frame, name: 'ana' });
  for (const call of [offer.call, renewalOf(offer.call), renewalOf(renewalOf(offer.call))]) {
    say({ type: 'candidate', call, candidate: null });
    say({ ...offer, call });
  }
  await clock.advance(1_000);
  assertOver(talk, 'closed-by-peer');
  assert.equal(talk.goodbyes().length, 4, 'each is told');
});

test('who was hung up on may call, and is answered', async (t) => {
  const talk = await startTalk(t);
  await talk.cutOff();
  talk.peer.close();
  await talk.comeBack();
  assertOver(talk);
  const again = talk.bob.peers.connect('ana');
  await talk.clock.advance(50);
  assert.deepEqual([again.state, talk.ana.peers.get('bob')?.state], ['open', 'open']);
});

test('who hung up while cut off, and thought better of it, is connected when the line is back', async (t) => {
  const talk = await startTalk(t);
  await talk.cutOff();
  talk.peer.close();
  const again = talk.ana.peers.connect('bob');
  await talk.comeBack();
  assert.equal(again.state, 'open');
  assert.equal(talk.bob.peers.get('ana').state, 'open');
  await talk.clock.advance(200_000);
  assert.deepEqual([again.state, talk.bob.peers.get('ana').state], ['open', 'open']);
});

test('another name does not say the goodbyes of the one before', async (t) => {
  const talk = await startTalk(t);
  await talk.cutOff();
  talk.peer.close();
  talk.ana.signaling.logout();
  const login = talk.ana.signaling.login({ name: 'zed' });
  await talk.comeBack();
  await login;
  assert.deepEqual(talk.server.got('leave').filter(({ call }) => call), []);
});

test('so many goodbyes are remembered, and no more', async (t) => {
  const talk = await startTalk(t);
  await talk.cutOff();
  talk.peer.close();
  for (let i = 0; i < 1_000; i++) talk.ana.peers.connect('bob').close();
  await talk.comeBack();
  assert.ok(talk.goodbyes().length <= 256, String(talk.goodbyes().length));
});

test('a renewal names the call that it renews, in as many bytes as there may be', () => {
  const call = newCall();
  const renewal = renewalOf(renewalOf(call));
  assert.notEqual(renewal, renewalOf(call));
  assert.deepEqual([rootOf(call), rootOf(renewal)], [call, call]);
  assert.ok(renewal.length <= 64);
  for (const foreign of ['call-1', 'a.b', `${call}.b`, `x${renewal}`, 'c0ffee.c0ffee', '']) {
    assert.equal(rootOf(foreign), foreign);
    assert.match(renewalOf(foreign), /^[0-9a-f]{24}$/);
  }
  assert.match(renewalOf(null), /^[0-9a-f]{24}$/);
});
