import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

test('a call: open at both ends, messages in order, the path known', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  assert.equal(peer.state, 'connecting');
  assert.deepEqual([peer.incoming, peer.path, peer.reason], [false, null, null]);
  assert.throws(() => peer.send('too early'), { name: 'InvalidStateError' });
  await clock.advance(50);
  const other = bob.peers.get('ana');
  assert.deepEqual([peer.state, other.state, other.incoming], ['open', 'open', true]);
  assert.deepEqual([peer.path, other.path], ['direct', 'direct']);
  assert.equal(network.all[0].channels[0].label, 'messenger');
  const heard = record(other, 'message');
  peer.send('one');
  peer.send('two');
  await clock.advance(10);
  assert.deepEqual(heard, [{ data: 'one' }, { data: 'two' }]);
  const calls = new Set([...server.got('offer'), ...server.got('answer'), ...server.got('candidate')].map(({ call }) => call));
  assert.equal(calls.size, 1, 'one call id on every message');
  assert.ok([...calls][0].length <= 64);
});

test('the peer event comes at once, once, at either end', async (t) => {
  const { ana, bob, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  assert.equal(ana.peers.connect('bob'), peer, 'the live one is given again');
  await clock.advance(50);
  assert.deepEqual(ana.events, [{ peer, incoming: false }]);
  assert.deepEqual(bob.events, [{ peer: bob.peers.get('ana'), incoming: true }]);
  assert.deepEqual(ana.peers.all, [peer]);
  assert.deepEqual(ana.states('bob'), ['open', 'open direct']);
});

test('nobody calls before a login, or oneself', async (t) => {
  const { ana } = await startParty(t);
  assert.throws(() => ana.peers.connect('ana'), { name: 'NotSupportedError' });
  ana.signaling.logout();
  assert.throws(() => ana.peers.connect('bob'), { name: 'InvalidStateError' });
});

test('candidates do not overtake their description', async (t) => {
  const { ana, clock, server } = await startParty(t);
  ana.peers.connect('bob');
  await clock.advance(50);
  for (const socket of server.sockets) {
    const types = socket.received.map(({ type }) => type).filter((type) => type !== 'login');
    assert.match(types.join(' '), /^(offer|answer)( candidate)+$/);
  }
});

test('a description is on its way while it is still being applied', async (t) => {
  const { ana, clock, network, server } = await startParty(t);
  network.pace = 20; // each operation
  ana.peers.connect('bob');
  await clock.advance(25);
  assert.equal(server.got('offer').length, 1);
  assert.equal(server.got('candidate').length, 0);
  await clock.advance(45);
  assert.equal(server.got('answer').length, 1);
});

test('glare: both call at once and end up in one connection', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const [a, b] = [ana.peers.connect('bob'), bob.peers.connect('ana')];
  await clock.advance(50);
  assert.deepEqual([a.state, b.state], ['open', 'open']);
  assert.equal(server.got('offer').length, 2, 'the offers did cross');
  assert.equal(network.open.length, 2, 'the attempt that gave way is closed');
  assert.equal(ana.peers.get('bob'), a);
  assert.equal(bob.peers.get('ana'), b);
  const [toB, toA] = [record(b, 'message'), record(a, 'message')];
  a.send('x');
  b.send('y');
  await clock.advance(10);
  assert.deepEqual([toB, toA], [[{ data: 'x' }], [{ data: 'y' }]]);
  assert.deepEqual(ana.states('bob').concat(bob.states('ana')).filter((state) => !state.startsWith('open')), []);
  // ana gave way: hers is the smaller name
  assert.equal(server.got('answer')[0].name, 'bob');
});

test('a slow browser: still one operation at a time, whatever arrives meanwhile', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  network.pace = 5;
  const [a, b] = [ana.peers.connect('bob'), bob.peers.connect('ana')];
  await clock.advance(200);
  assert.deepEqual([a.state, b.state], ['open', 'open']);
  for (let i = 0; i < 3; i++) {
    a.restartIce();
    b.restartIce();
    await clock.advance(3);
  }
  await clock.advance(200);
  assert.deepEqual(network.open.map((pc) => pc.signalingState), ['stable', 'stable']);
  assert.equal(network.overlaps, 0);
});

test('a call while the other side is answering ours is answered by it', async (t) => {
  const { ana, bob, clock } = await startParty(t);
  ana.peers.connect('bob');
  await clock.advance(2); // the offer is there, the answer is not
  const peer = bob.peers.connect('ana');
  assert.equal(peer.incoming, true);
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  assert.equal(bob.events.length, 1);
});

test('messages of a past call are dropped', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const pc = network.all[0];
  const added = pc.added.length;
  const from = server.socketOf('bob');
  const [answer] = server.got('answer');
  server.handle(from, { ...answer, name: 'ana', call: 'past' });
  server.handle(from, { type: 'candidate', name: 'ana', call: 'past', candidate: { candidate: 'x', usernameFragment: pc.ufrag } });
  server.handle(from, { type: 'leave', name: 'ana', call: 'past' });
  await clock.advance(20);
  assert.equal(peer.state, 'open');
  assert.equal(pc.added.length, added);
  assert.equal(pc.refused.length, 0);
  assert.equal(bob.peers.get('ana').state, 'open');
});

test('candidates that come before their offer are kept for it', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const held = [];
  server.intercept = (socket, frame) => frame.type === 'offer' && held.push([socket, frame]) > 0;
  ana.peers.connect('bob');
  await clock.advance(20);
  assert.equal(bob.peers.get('ana'), undefined);
  server.intercept = () => false;
  for (const [socket, frame] of held) server.handle(socket, frame);
  await clock.advance(50);
  assert.equal(bob.peers.get('ana').state, 'open');
  assert.equal(network.all[1].added.length, 1);
});

test('one bad candidate is no reason to give up, and null is legal', async (t) => {
  const { ana, clock, network, server } = await startParty(t);
  ana.peers.connect('bob');
  await clock.advance(2);
  for (const candidate of [{ candidate: 'x', usernameFragment: 'wrong' }, null, 'nonsense', 7, []]) {
    server.handle(server.socketOf('ana'), { type: 'candidate', name: 'bob', call: server.got('offer')[0].call, candidate });
  }
  await clock.advance(50);
  assert.equal(ana.peers.get('bob').state, 'open');
  assert.equal(network.all[1].refused.length, 1);
  assert.equal(network.all[1].added.filter((candidate) => candidate === null).length, 1);
});

test('the watchdog: no answer in time', async (t) => {
  const { ana, clock, network, server } = await startParty(t);
  server.intercept = (socket, { type }) => type === 'offer';
  const peer = ana.peers.connect('bob');
  await clock.advance(14_990);
  assert.equal(peer.state, 'connecting');
  await clock.advance(20);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'timeout']);
  assert.equal(network.open.length, 0);
  assert.deepEqual(ana.peers.all, []);
  server.intercept = () => false;
  const next = ana.peers.connect('bob');
  assert.notEqual(next, peer);
  await clock.advance(50);
  assert.deepEqual([next.state, peer.state], ['open', 'failed']);
});

test('the time for connecting can be chosen', async (t) => {
  const { ana, clock, network } = await startParty(t, { connectTimeout: 1000 });
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(1000);
  assert.equal(peer.state, 'failed');
});

test('nobody of that name', async (t) => {
  const { ana, clock } = await startParty(t);
  const peer = ana.peers.connect('zoe');
  await clock.advance(10);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'unknown-user']);
});

test('the other side is behind for a while: what was refused is said again', async (t) => {
  const { ana, bob, clock, server } = await startParty(t);
  server.busy.add('bob');
  const peer = ana.peers.connect('bob');
  await clock.advance(2_000);
  assert.equal(peer.state, 'connecting');
  assert.equal(bob.peers.get('ana'), undefined);
  server.busy.delete('bob');
  await clock.advance(4_100); // the longest that it may wait
  assert.deepEqual([peer.state, bob.peers.get('ana').state], ['open', 'open']);
});

test('the caller is behind for a while: the answer is said again', async (t) => {
  const { ana, clock, server } = await startParty(t);
  server.busy.add('ana');
  const peer = ana.peers.connect('bob');
  await clock.advance(400);
  server.busy.delete('ana');
  await clock.advance(1_000);
  assert.equal(peer.state, 'open');
});

test('one who is behind is not troubled for ever', async (t) => {
  const { ana, clock, server } = await startParty(t);
  server.busy.add('bob');
  const peer = ana.peers.connect('bob');
  await clock.advance(8_000);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'busy']);
  const offers = server.got('offer').length;
  assert.equal(offers, 4, 'once, and three times more');
  await clock.advance(60_000);
  assert.equal(server.got('offer').length, offers);
});

test('an established connection looks for a new path while the other side is behind', async (t) => {
  const { ana, clock, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  server.busy.add('bob');
  peer.restartIce();
  await clock.advance(400);
  const answers = server.got('answer').length;
  server.busy.delete('bob');
  await clock.advance(2_000);
  assert.equal(peer.state, 'open');
  assert.equal(server.got('answer').length, answers + 1);
});

test('the other side leaves the server while connecting', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  bob.signaling.logout();
  await clock.advance(10);
  assert.deepEqual([peer.state, peer.reason], ['failed', 'left']);
});

test('hanging up: the other side is told, nobody else; then a new call works', async (t) => {
  const { ana, bob, clock, network, server } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(600);
  const other = bob.peers.get('ana');
  const heard = record(other, 'message');
  peer.send('last words');
  peer.close();
  assert.deepEqual([peer.state, peer.reason], ['closed', 'local']);
  await clock.advance(10);
  assert.deepEqual([other.state, other.reason], ['closed', 'closed-by-peer']);
  assert.deepEqual(heard, [{ data: 'last words' }]);
  await clock.advance(2000);
  assert.equal(server.got('leave').length, 1);
  assert.equal(network.open.length, 0);
  bob.peers.connect('ana');
  await clock.advance(50);
  assert.equal(ana.peers.get('bob').state, 'open');
});

test('hanging up on a call that is still ringing', async (t) => {
  const { ana, bob, clock, network } = await startParty(t);
  network.up = false;
  const peer = ana.peers.connect('bob');
  await clock.advance(20);
  const other = bob.peers.get('ana');
  peer.close();
  peer.close();
  await clock.advance(10);
  assert.deepEqual([other.state, other.reason], ['closed', 'hangup']);
  await clock.advance(20_000);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'local'], 'no watchdog afterwards');
});

test('peers.close() hangs up on everybody', async (t) => {
  const { ana, bob, clock, join } = await startParty(t);
  const cleo = await join('cleo');
  ana.peers.connect('bob');
  ana.peers.connect('cleo');
  await clock.advance(50);
  assert.deepEqual([bob, cleo].map(({ peers }) => peers.get('ana').state), ['open', 'open']);
  ana.peers.close();
  await clock.advance(10);
  assert.deepEqual([ana, bob, cleo].map(({ peers }) => peers.all.length), [0, 0, 0]);
});

test('a page that goes away closes its connections at once', async (t) => {
  const { ana, bob, clock } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  const other = bob.peers.get('ana');
  ana.page.fire('pagehide');
  assert.deepEqual([peer.state, peer.reason], ['closed', 'local']);
  await clock.advance(1);
  assert.deepEqual([other.state, other.reason], ['closed', 'closed-by-peer']);
});

test('a new call over an open connection replaces it (the other page was reloaded)', async (t) => {
  const { ana, bob, clock, network, join } = await startParty(t);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  network.all[1].vanish(); // bob's page is gone without a goodbye
  bob.signaling.close();
  await clock.advance(10);
  assert.equal(peer.state, 'open');
  const again = await join('bob');
  again.peers.connect('ana');
  await clock.advance(50);
  assert.equal(ana.peers.get('bob'), peer, 'still the same Peer');
  assert.equal(peer.state, 'open');
  assert.deepEqual(ana.states('bob'), ['open', 'open direct', 'connecting', 'open', 'open direct']);
  assert.equal(network.all[0].signalingState, 'closed');
});

test('without autoAccept a call rings until it is taken, or declined', async (t) => {
  const { ana, bob, clock } = await startParty(t, { autoAccept: false });
  const peer = ana.peers.connect('bob');
  await clock.advance(1000);
  const ringing = bob.peers.get('ana');
  assert.deepEqual([peer.state, ringing.state], ['connecting', 'connecting']);
  ringing.accept();
  await clock.advance(50);
  assert.deepEqual([peer.state, ringing.state], ['open', 'open']);
  peer.close();
  await clock.advance(10);
  const second = ana.peers.connect('bob');
  await clock.advance(10);
  bob.peers.get('ana').close();
  await clock.advance(10);
  assert.deepEqual([second.state, second.reason], ['closed', 'hangup']);
});

test('calling somebody whose call is ringing takes it', async (t) => {
  const { ana, bob, clock } = await startParty(t, { autoAccept: false });
  const peer = ana.peers.connect('bob');
  await clock.advance(10);
  bob.peers.connect('ana');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
});

test('a listener may decline a call in the peer event itself', async (t) => {
  const { ana, bob, clock } = await startParty(t);
  bob.peers.addEventListener('peer', ({ detail }) => detail.peer.close());
  const peer = ana.peers.connect('bob');
  await clock.advance(20_000);
  assert.deepEqual([peer.state, peer.reason], ['closed', 'hangup']);
  assert.deepEqual(bob.states('ana'), ['closed local']);
});

test('an offer that is none is ignored, one that cannot be applied fails', async (t) => {
  const { bob, clock, server } = await startParty(t);
  for (const offer of [null, 'x', {}, { type: 'offer' }, { type: 'answer', sdp: '' }]) {
    server.handle(server.socketOf('ana'), { type: 'offer', name: 'bob', offer });
  }
  await clock.advance(10);
  assert.deepEqual(bob.peers.all, []);
  server.handle(server.socketOf('ana'), { type: 'offer', name: 'bob', offer: { type: 'offer', sdp: 'hello' } });
  await clock.advance(10);
  assert.deepEqual(bob.states('ana'), ['failed error']);
});

test('an ICE server that the browser refuses does not cost the others', async (t) => {
  const { ana, clock, network, server } = await startParty(t);
  const good = { urls: 'stun:good' };
  server.iceServers = [{ urls: ['bad:server'] }, good];
  ana.signaling.ice();
  await clock.advance(10);
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  assert.equal(peer.state, 'open');
  assert.deepEqual(network.all.find((pc) => pc.signalingState === 'stable').getConfiguration().iceServers, [good]);
  const [pc] = network.open;
  server.iceServers = [{ urls: ['bad:server'] }, { urls: 'stun:new' }];
  ana.signaling.ice();
  await clock.advance(10);
  peer.restartIce();
  assert.deepEqual(pc.getConfiguration().iceServers, [{ urls: 'stun:new' }]);
});

test('a browser that makes no connection at all fails the call', async (t) => {
  const { ana } = await startParty(t, { RTCPeerConnection: class { constructor() { throw new DOMException('no', 'UnknownError'); } } });
  const peer = ana.peers.connect('bob');
  assert.deepEqual([peer.state, peer.reason], ['failed', 'error']);
});
