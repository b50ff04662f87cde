import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { FakeTrack } from './fakes/media.js';
import { startParty } from './fakes/party.js';

/** ana and bob, talking. */
async function startTalk(t, prepare) {
  const party = await startParty(t, { prepare });
  const peer = party.ana.peers.connect('bob');
  await party.clock.advance(50);
  const other = party.bob.peers.get('ana');
  assert.equal(peer.state, 'open');
  const [pc] = party.network.all;
  return { ...party, peer, other, pc };
}

test('out of touch: shown, healed, shown', async (t) => {
  const { ana, clock, network, peer, server } = await startTalk(t);
  network.lose('disconnected');
  assert.equal(peer.state, 'reconnecting');
  assert.throws(() => peer.send('x'), { name: 'InvalidStateError' });
  await clock.advance(2000);
  network.lose('connected');
  await clock.advance(60_000);
  assert.deepEqual(ana.states('bob'), ['open', 'open direct', 'reconnecting direct', 'open direct']);
  assert.equal(server.got('offer').length, 1, 'it healed by itself');
});

test('out of touch: messages are refused and not kept, tracks wait, and what was taken before goes on', async (t) => {
  const { ana, clock, network, peer, other } = await startTalk(t);
  const heard = record(other, 'message');
  const tracks = record(other, 'track');
  const unsent = record(peer, 'unsent');
  network.all[0].channels[0].rate = 1;
  peer.send('before');
  network.lose('disconnected');
  assert.throws(() => peer.send('meanwhile'), { name: 'InvalidStateError' });
  assert.deepEqual(ana.peers.broadcast('meanwhile'), []);
  await peer.drained();
  peer.addTrack(new FakeTrack('video'));
  network.lose('connected');
  await clock.advance(500);
  assert.deepEqual([heard, tracks.length, unsent, peer.epoch], [[{ data: 'before' }], 1, [], 1]);
});

test('out of touch with a peer: perhaps it is our own network', async (t) => {
  const { ana, clock, network, server } = await startTalk(t);
  const socket = server.socketOf('ana');
  socket.die();
  network.lose('disconnected');
  await clock.advance(3000);
  assert.equal(ana.signaling.state, 'waiting', 'the dead socket was found out');
  assert.equal(server.got('ping').length, 1, 'bob asked too');
});

test('a lasting loss restarts ICE: the impolite side first', async (t) => {
  const { clock, network, peer, other, pc, server } = await startTalk(t);
  const before = pc.ufrag;
  network.lose('disconnected');
  await clock.advance(2600);
  const offers = server.got('offer');
  assert.equal(offers.length, 2);
  assert.equal(offers.filter(({ name }) => name === 'ana').length, 1, "bob's offer");
  assert.equal(offers[0].call, offers[1].call, 'the same call');
  assert.notEqual(pc.ufrag, before);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  await clock.advance(60_000);
  assert.equal(server.got('offer').length, 2, 'once is enough');
  assert.equal(network.all.length, 2, 'no new connection was made');
});

test('ICE failed: the restart comes at once', async (t) => {
  const { clock, network, peer, server } = await startTalk(t);
  network.lose('failed');
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(10);
  assert.equal(server.got('offer').length, 2);
  assert.equal(peer.state, 'open');
});

test('both restart at the same moment: the pattern sorts it out', async (t) => {
  const { clock, network, peer, other } = await startTalk(t);
  peer.restartIce();
  other.restartIce();
  await clock.advance(50);
  const [a, b] = network.all;
  assert.deepEqual([a.signalingState, b.signalingState], ['stable', 'stable']);
  assert.equal(a.settledWith(b) && b.settledWith(a), true);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  assert.deepEqual([a.rollbacks, b.rollbacks], [1, 0], 'ana is the polite one');
});

test('an answer that cannot be applied does not wedge the connection', async (t) => {
  const { clock, network, peer, other, pc } = await startTalk(t);
  pc.failNext = 'answer';
  peer.restartIce();
  await clock.advance(50);
  assert.deepEqual([peer.state, pc.signalingState], ['open', 'stable']);
  other.restartIce();
  await clock.advance(50);
  const [a, b] = network.all;
  assert.equal(a.settledWith(b) && b.settledWith(a), true);
});

test('answers that come twice are ignored', async (t) => {
  const { clock, peer, pc, server } = await startTalk(t);
  const [answer] = server.got('answer');
  for (let i = 0; i < 5; i++) server.handle(server.socketOf('bob'), answer);
  await clock.advance(10);
  const before = pc.ufrag;
  peer.restartIce();
  await clock.advance(50);
  assert.notEqual(pc.ufrag, before);
  assert.equal(peer.state, 'open');
});

test('a browser that refuses every answer is not asked for ever', async (t) => {
  const { clock, peer, pc, server } = await startTalk(t);
  Object.defineProperty(pc, 'failNext', { get: () => 'answer', set: () => {} });
  peer.restartIce();
  await clock.advance(60_000);
  assert.ok(server.got('offer').length <= 4);
  assert.equal(peer.state, 'open');
});

test('a later offer names the DTLS role that was settled', async (t) => {
  const { clock, peer, other, server } = await startTalk(t);
  peer.restartIce();
  await clock.advance(50);
  other.restartIce();
  await clock.advance(50);
  const [first, second, third] = server.got('offer').map(({ offer }) => /a=setup:(\w+)/.exec(offer.sdp)[1]);
  assert.deepEqual([first, second], ['actpass', 'passive']); // bob answered active
  assert.equal(third, server.got('offer')[2].name === 'ana' ? 'active' : 'passive');
});

test('no way back: new paths and new connections are tried for two minutes, then failed', async (t) => {
  const { ana, bob, clock, network, peer, other, server } = await startTalk(t);
  network.up = false;
  network.lose('disconnected');
  await clock.advance(119_900);
  assert.deepEqual([peer.state, other.state], ['reconnecting', 'reconnecting']);
  await clock.advance(200);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
  assert.deepEqual([other.state, other.reason], ['failed', 'ice-failed']);
  const tries = server.got('offer').slice(1);
  assert.ok(tries.length >= 12 && tries.length <= 30, `${tries.length} tries`);
  const calls = new Set(tries.map(({ call }) => call));
  assert.ok(calls.size > 5, 'the connection was made anew');
  await clock.advance(1000);
  assert.equal(network.open.length, 0, 'nothing is left');
  assert.deepEqual(ana.states('bob'), ['open', 'open direct', 'reconnecting direct', 'failed ice-failed'], 'and the tries are not shown');
  assert.deepEqual(bob.states('ana'), ['open', 'open direct', 'reconnecting direct', 'failed ice-failed']);
});

test('what no new path can mend, a new connection does', async (t) => {
  const { ana, bob, clock, network, peer, other, pc, server } = await startTalk(t);
  const opened = [];
  peer.addEventListener('state', () => peer.state === 'open' && opened.push(peer.epoch));
  network.up = false;
  network.lose('disconnected');
  await clock.advance(20_000);
  assert.equal(new Set(server.got('offer').map(({ call }) => call)).size, 1);
  network.up = true;
  pc.settledWith = () => false; // these two will never meet again
  await clock.advance(5_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  assert.deepEqual([peer.epoch, other.epoch], [2, 2], 'by another channel');
  assert.deepEqual([...new Set(opened)], [2], 'and not before that');
  assert.equal(new Set(server.got('offer').map(({ call }) => call)).size, 2);
  const heard = record(other, 'message');
  peer.send('again');
  await clock.advance(1000);
  assert.deepEqual(heard, [{ data: 'again' }]);
  assert.equal(network.open.length, 2, 'the old one is closed');
  assert.equal(ana.peers.get('bob'), peer);
  assert.equal(bob.events.length, 1, 'it is still the same Peer');
  await clock.advance(300_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
});

test('who has not noticed anything hears of the new connection before the end of the old one', async (t) => {
  const { ana, clock, network, peer, other, pc } = await startTalk(t);
  network.up = false;
  network.all[1].become('disconnected'); // bob's
  await clock.advance(20_000);
  assert.deepEqual([peer.state, other.state], ['open', 'reconnecting']);
  network.up = true;
  pc.settledWith = () => false;
  await clock.advance(5_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  assert.deepEqual([peer.epoch, other.epoch], [2, 2]);
  assert.deepEqual(ana.states('bob'), ['open', 'open direct', 'connecting', 'open', 'open direct']);
});

for (const outage of [10_000, 60_000, 90_000]) {
  for (const [who, whom] of [['ana', 'bob'], ['bob', 'ana']]) {
    test(`${who} has no network for ${outage / 1000} s: it heals by itself`, async (t) => {
      const party = await startTalk(t);
      const { clock, network, server } = party;
      const [near, far] = [party[who].peers.get(whom), party[whom].peers.get(who)];
      const ended = [near, far].map((peer) => record(peer, 'state'));
      const lost = server.socketOf(who);
      lost.die();
      server.cutOff.add(who);
      network.up = false;
      await clock.advance(6000);
      network.lose('disconnected');
      await clock.advance(10_000);
      if (outage > 10_000) {
        network.lose('failed');
        await clock.advance(25_000);
        server.reap(lost); // and after the resume window the others hear that it left
        await clock.advance(outage - 41_000);
      }
      assert.deepEqual([near.state, far.state], ['reconnecting', 'reconnecting']);
      assert.equal(server.users.has(who), outage < 50_000);
      network.up = true;
      server.cutOff.clear();
      await clock.advance(45_000); // the longest wait for the server, and some
      assert.deepEqual([near.state, far.state], ['open', 'open']);
      for (const states of ended) {
        assert.deepEqual(states.filter(({ state }) => ['failed', 'closed', 'connecting'].includes(state)), []);
      }
    });
  }
}

test('cut off from the server ourselves we do not give up, and have time when we are back', async (t) => {
  const { clock, network, peer, other, server } = await startTalk(t);
  server.crash();
  network.lose('failed');
  await clock.advance(200_000);
  assert.equal(peer.state, 'reconnecting');
  server.up = true;
  await clock.advance(31_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
});

test('the machine changes networks: a new path is looked for at once', async (t) => {
  const { ana, clock, peer, pc, server } = await startTalk(t);
  const { ufrag } = pc;
  ana.page.fire('online');
  ana.page.fire('online');
  await clock.advance(1000);
  assert.notEqual(pc.ufrag, ufrag);
  assert.equal(server.got('offer').length, 2, 'once');
  assert.equal(peer.state, 'open');
});

test('the machine changes networks while the server is away: looked for when it is back', async (t) => {
  const { ana, clock, peer, pc, server } = await startTalk(t);
  const { ufrag } = pc;
  server.crash();
  ana.page.fire('online');
  await clock.advance(1000);
  assert.equal(pc.ufrag, ufrag);
  server.up = true;
  await clock.advance(10_000);
  assert.notEqual(pc.ufrag, ufrag);
  assert.equal(peer.state, 'open');
});

test('a network that is only guessed to be faster now is no other network', async (t) => {
  const { ana, clock, server } = await startTalk(t, (page) => {
    page.navigator = { connection: Object.assign(new EventTarget(), { type: 'wifi' }) };
  });
  const { connection } = ana.page.navigator;
  const change = (type) => {
    connection.type = type;
    connection.dispatchEvent(new Event('change'));
    return clock.advance(1000);
  };
  await change('wifi');
  await change('none');
  assert.equal(server.got('offer').length, 1);
  await change('cellular');
  assert.equal(server.got('offer').length, 2);
});

test('a lost signaling socket does not disturb an open connection', async (t) => {
  const { ana, bob, clock, peer, other, server } = await startTalk(t);
  server.crash();
  await clock.advance(60_000);
  peer.send('still there?');
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  server.up = true;
  await clock.advance(60_000);
  assert.deepEqual([ana.signaling.state, bob.signaling.state], ['online', 'online']);
  assert.deepEqual(ana.states('bob'), ['open', 'open direct']);
  assert.deepEqual(bob.states('ana'), ['open', 'open direct']);
  assert.equal(server.got('offer').length, 1);
});

test('out of touch without the server: the restart waits for it', async (t) => {
  const { clock, network, peer, other, server } = await startTalk(t);
  const { ufrag } = network.all[0];
  server.crash();
  network.lose('disconnected');
  await clock.advance(10_000);
  assert.equal(peer.state, 'reconnecting');
  assert.equal(network.all[0].ufrag, ufrag, 'no offer into the void');
  server.up = true;
  await clock.advance(15_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
});

test('out of touch for long without the server: a new connection, since the old one would be slow to speak', async (t) => {
  const { clock, network, peer, other, server } = await startTalk(t);
  const connections = network.all.length;
  server.crash();
  network.lose('disconnected');
  await clock.advance(30_000);
  assert.equal(network.all.length, connections);
  server.up = true;
  await clock.advance(35_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
  assert.deepEqual([peer.epoch, other.epoch], [2, 2]);
});

test('out of touch with somebody who has not come back to a restarted server', async (t) => {
  const { bob, clock, network, peer, server } = await startTalk(t);
  server.crash();
  bob.signaling.close();
  server.up = true;
  await clock.advance(600);
  network.lose('failed');
  await clock.advance(119_000);
  assert.equal(peer.state, 'reconnecting', 'it may yet come');
  assert.equal(server.got('offer').length, 1, 'but is not called in vain');
  await clock.advance(1000);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'ice-failed']);
});

test('a crashed page: reconnecting, and closed because it left the server too', async (t) => {
  const { ana, bob, clock, network, peer } = await startTalk(t);
  network.all[1].vanish();
  bob.signaling.close();
  await clock.advance(6000);
  network.all[0].become('disconnected');
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(89_900);
  assert.equal(peer.state, 'reconnecting', 'it may have lost its network only');
  await clock.advance(200);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'left']);
  assert.deepEqual(ana.peers.all, []);
});

test('a crashed page is shown within ten seconds though ICE is slower', async (t) => {
  const { bob, clock, network, peer } = await startTalk(t);
  network.all[1].vanish();
  await clock.advance(9000);
  assert.equal(peer.state, 'reconnecting', 'the server has not said anything yet');
  bob.signaling.close();
  network.all[0].become('disconnected');
  await clock.advance(90_100);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'left']);
});

test('who left the server but not us goes on talking', async (t) => {
  const { ana, bob, clock, peer } = await startTalk(t);
  bob.signaling.close();
  await clock.advance(120_000);
  assert.equal(peer.state, 'open');
  assert.deepEqual(ana.states('bob'), ['open', 'open direct']);
});

test('gone, out of touch, and back in time: ICE restarts', async (t) => {
  const { bob, clock, network, peer, other } = await startTalk(t);
  bob.signaling.logout();
  network.lose('disconnected');
  await clock.advance(3000);
  assert.equal(peer.state, 'reconnecting');
  network.up = false;
  bob.signaling.login({ name: 'bob' });
  await clock.advance(5000);
  assert.equal(peer.state, 'reconnecting', 'being back stops the clock');
  network.up = true;
  await clock.advance(10_000);
  assert.deepEqual([peer.state, other.state], ['open', 'open']);
});

test('gone and failed: not called in vain', async (t) => {
  const { bob, clock, network, peer, server } = await startTalk(t);
  bob.signaling.close();
  await clock.advance(10);
  network.all[1].vanish();
  network.all[0].become('disconnected');
  await clock.advance(1000);
  network.all[0].become('failed');
  await clock.advance(90_000);
  assert.equal(server.got('offer').length, 1);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'left']);
});

test('a restart answered by a reloaded page becomes a new call', async (t) => {
  const { ana, bob, clock, network, peer, server, join } = await startTalk(t);
  server.intercept = (socket, { type }) => type === 'offer';
  network.all[1].vanish();
  bob.signaling.close();
  await clock.advance(10);
  const again = await join('bob');
  network.all[0].become('disconnected');
  server.intercept = () => false;
  await clock.advance(6000);
  assert.deepEqual([peer.state, again.peers.get('ana').state], ['open', 'open']);
  assert.equal(ana.peers.get('bob'), peer);
  assert.equal(new Set(server.got('offer').map(({ call }) => call)).size, 2);
});

test('a channel that breaks while out of touch is no goodbye: a new connection is made', async (t) => {
  const { clock, network, peer, other, pc } = await startTalk(t);
  network.lose('disconnected');
  pc.hearClose();
  await clock.advance(1);
  assert.equal(peer.state, 'reconnecting');
  await clock.advance(2500);
  assert.deepEqual([peer.state, other.state, peer.epoch, other.epoch], ['open', 'open', 2, 2]);
});

test('a call made while the server is away goes out when it is back', async (t) => {
  const { ana, clock, server } = await startParty(t);
  server.crash();
  const peer = ana.peers.connect('bob');
  await clock.advance(10);
  server.up = true;
  await clock.advance(3000);
  assert.equal(peer.state, 'open');
});

test('no path at first: the caller looks once more, then says so', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  const other = bob.peers.get('ana');
  network.lose('failed');
  await clock.advance(4_900);
  assert.equal(server.got('offer').length, 1, 'there may be candidates yet to come');
  await clock.advance(200);
  assert.equal(server.got('offer').length, 2);
  assert.equal(peer.state, 'connecting');
  for (const pc of network.open) pc.connectionState = 'connecting';
  network.lose('failed');
  await clock.advance(9_000);
  assert.deepEqual([peer.state, server.got('offer').length], ['connecting', 2]);
  await clock.advance(1_000);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'no-relay']);
  await clock.advance(15_000);
  assert.deepEqual([other.state, other.reason], ['failed', 'no-relay']);
});

test('failed, and then connected by a candidate that came late: no second look', async (t) => {
  const { ana, clock, network, server } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  network.lose('failed');
  await clock.advance(1000);
  network.up = true;
  const [a] = network.all;
  await a.addIceCandidate(a.added[0]);
  await clock.advance(10_000);
  assert.deepEqual([peer.state, server.got('offer').length], ['open', 1]);
});

test('failed again and again while touch is lost: each look has its time', async (t) => {
  const { clock, network, other, server } = await startTalk(t);
  network.up = false;
  network.lose('disconnected');
  await clock.advance(2_600);
  const [, leading] = network.all;
  const tries = () => server.got('offer').filter(({ name }) => name === 'ana').length;
  assert.equal(tries(), 1);
  for (let i = 0; i < 4; i++) {
    leading.connectionState = 'connecting';
    leading.become('failed');
    await clock.advance(1_000);
  }
  assert.deepEqual([other.state, tries()], ['reconnecting', 1]);
  await clock.advance(2_000);
  assert.equal(tries(), 2);
});

test('a relay is reported as one, also when the path changes', async (t) => {
  const { clock, network, peer } = await startTalk(t);
  network.relay = true;
  network.lose('disconnected');
  network.lose('connected');
  await clock.advance(10);
  assert.equal(peer.path, 'relay');
});
