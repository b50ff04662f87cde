// Credentials of a relay lapse: there are others in time, for calls to come and
// for those that go on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

const TTL = 1000; // in seconds
const TURN = Object.freeze({ urls: 'turn:t.example', credential: 'c' });
const arrange = (server) => Object.assign(server, { iceServers: [{ urls: 'stun:s.example' }, TURN], iceTtl: TTL });
const userOf = (iceServers) => iceServers[1].username;

test('they are renewed before nine tenths of their life are over, again and again', async (t) => {
  const { ana, clock, server } = await startParty(t, { arrange });
  const lists = record(ana.signaling, 'ice');
  const first = ana.signaling.iceServers;
  await clock.advance(TTL * 740);
  assert.equal(server.got('ice').length, 0, 'not too early');
  await clock.advance(TTL * 150);
  assert.equal(server.got('ice').length, 2, "ana's and bob's");
  assert.equal(lists.length, 1);
  assert.notEqual(userOf(ana.signaling.iceServers), userOf(first));
  await clock.advance(TTL * 10_000);
  assert.ok(lists.length >= 10 && lists.length <= 15, `${lists.length} lists`);
});

test('not all at the same moment', async (t) => {
  const early = await startParty(t, { arrange }, { random: () => 0 });
  await early.clock.advance(TTL * 760);
  assert.equal(early.server.got('ice').length, 2, 'by chance: these are the earliest');
});

test('what does not lapse is not renewed', async (t) => {
  for (const circumstances of [
    { iceServers: [{ ...TURN, username: 'fixed' }], iceTtl: 0 },
    { iceServers: [{ urls: 'stun:s.example' }], iceTtl: TTL },
    { iceServers: [], iceTtl: TTL },
  ]) {
    const { clock, server, ana } = await startParty(t, { arrange: (server) => Object.assign(server, circumstances) });
    await clock.advance(TTL * 100_000);
    assert.equal(server.got('ice').length, 0);
    assert.equal(ana.signaling.state, 'online');
  }
});

for (const [title, jump] of [['forward', 3600_000], ['back', -3600_000]]) {
  test(`the date is set ${title}: they are renewed in time all the same`, async (t) => {
    const { ana, clock, server } = await startParty(t, { arrange });
    clock.jump(jump);
    ana.page.show('visible');
    await clock.advance(TTL * 740);
    assert.equal(server.got('ice').length, 0);
    await clock.advance(TTL * 150);
    assert.equal(server.got('ice').length, 2);
  });
}

test('after a sleep the first thing is to ask, or to log in', async (t) => {
  const { ana, clock, server } = await startParty(t, { arrange });
  const first = userOf(ana.signaling.iceServers);
  await clock.sleep(TTL * 5000);
  await clock.advance(10);
  assert.ok(server.got('ice').length + server.got('login').length > 2);
  assert.notEqual(userOf(ana.signaling.iceServers), first);
});

test('a server that does not answer is asked again; while there is none, a login brings others', async (t) => {
  const { ana, clock, server } = await startParty(t, { arrange });
  server.intercept = (socket, { type }) => type === 'ice';
  await clock.advance(TTL * 850);
  const asked = server.got('ice').length;
  assert.ok(asked >= 2);
  await clock.advance(30_000);
  assert.ok(server.got('ice').length >= asked + 4 && server.got('ice').length <= asked + 8);
  server.intercept = () => false;
  server.crash();
  await clock.advance(60_000);
  const before = server.minted;
  server.up = true;
  await clock.advance(35_000);
  assert.equal(ana.signaling.state, 'online');
  assert.equal(server.minted, before + 2, 'by the logins alone');
});

test('after a logout nothing is asked for', async (t) => {
  const { ana, bob, clock, server } = await startParty(t, { arrange });
  ana.signaling.logout();
  bob.signaling.close();
  await clock.advance(TTL * 5000);
  assert.equal(server.got('ice').length, 0);
  ana.signaling.close();
  await clock.advance(1000);
  assert.equal(clock.pending, 0);
});

/** What the browsers tell of their own end of the path, and of the other. */
const ENDS = {
  'relay-udp': [{ candidateType: 'relay', relayProtocol: 'udp' }, { candidateType: 'host' }],
  relay: [{ candidateType: 'srflx' }, { candidateType: 'relay' }],
  'same-network': [],
};

/** ana and bob, who see the same of the path. */
async function startRelayed(t, how = 'relay-udp') {
  const party = await startParty(t, { arrange });
  const { ana, clock, network, server } = party;
  network.finds = ['host', 'relay'];
  network.ends = ENDS[how];
  const peer = ana.peers.connect('bob');
  await clock.advance(50);
  assert.deepEqual([peer.state, peer.route], ['open', how]);
  return { ...party, peer, used: () => userOf(network.all[0].getConfiguration().iceServers), offers: () => server.got('offer').length };
}

test('a call by our relay gets another relay before the credentials lapse, and notices nothing', async (t) => {
  const { ana, bob, clock, peer, used, offers } = await startRelayed(t);
  const before = used();
  await clock.advance(TTL * 799);
  assert.equal(offers(), 1, 'not too early');
  await clock.advance(TTL * 60);
  assert.notEqual(used(), before, 'the next path is looked for with others');
  assert.ok(offers() >= 2, 'and now it is');
  assert.equal(used(), userOf(ana.signaling.iceServers));
  await clock.advance(TTL * 3000);
  assert.ok(offers() >= 4 && offers() <= 9, `${offers()} offers`);
  assert.deepEqual([peer.state, bob.peers.get('ana').state, peer.epoch], ['open', 'open', 1]);
  assert.deepEqual([...new Set(ana.states('bob'))], ['open', 'open relay']);
});

test('each sees the relay of the other in use, as each sends by a pair of its own: somebody finds another path in time', async (t) => {
  const { ana, bob, clock, peer, offers } = await startRelayed(t, 'relay');
  await clock.advance(TTL * 899);
  assert.equal(offers(), 1, 'whose relay it is goes first');
  await clock.advance(TTL * 10);
  assert.ok(offers() >= 2);
  await clock.advance(TTL * 3000);
  assert.ok(offers() >= 4 && offers() <= 9, `${offers()} offers`);
  assert.deepEqual([peer.state, bob.peers.get('ana').state, peer.epoch], ['open', 'open', 1]);
  assert.deepEqual([...new Set(ana.states('bob'))], ['open', 'open relay']);
});

test('a direct call is left alone', async (t) => {
  const { clock, peer, used, offers } = await startRelayed(t, 'same-network');
  const before = used();
  await clock.advance(TTL * 5000);
  assert.equal(offers(), 1);
  assert.notEqual(used(), before, 'but would know where to go');
  assert.equal(peer.state, 'open');
});

test('without other credentials there is nothing to be gained: it waits for them', async (t) => {
  const { clock, offers, server } = await startRelayed(t);
  server.intercept = (socket, { type }) => type === 'ice';
  await clock.advance(TTL * 990);
  assert.equal(offers(), 1);
  server.intercept = () => false;
  await clock.advance(15_000);
  assert.ok(offers() >= 2);
});

test('it falls due in a silence: another path is looked for when there are signs of life again', async (t) => {
  const { ana, bob, clock, network, peer, offers, server } = await startRelayed(t);
  server.intercept = (socket, { type }) => type === 'ice';
  await clock.advance(TTL * 950);
  server.intercept = () => false;
  const [stats] = await Promise.all(network.all.map((pc) => pc.getStats()));
  for (const pc of network.all) pc.getStats = async () => stats;
  while (peer.state === 'open') await clock.advance(100);
  for (const { signaling } of [ana, bob]) signaling.ice().catch(() => {});
  await clock.advance(100);
  assert.deepEqual([peer.state, offers()], ['reconnecting', 1]);
  for (const pc of network.all) delete pc.getStats;
  await clock.advance(10_000);
  assert.equal(peer.state, 'open');
  assert.ok(offers() >= 2, `${offers()} offers`);
});
