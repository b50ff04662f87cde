// Clocks that are set while we run, and machines that sleep. How long something
// takes is for the clock that nobody sets; only what people see is a date.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';

const HOUR = 3_600_000;
const jumps = [['forward', HOUR], ['back', -HOUR]];

for (const [way, ms] of jumps) {
  test(`the date is set ${way}: a lost socket is back when it is due, or when somebody asks`, async (t) => {
    const { ana, clock, server } = await startParty(t);
    server.socketOf('ana').end(1006);
    clock.jump(ms);
    await clock.advance(499);
    assert.equal(ana.signaling.state, 'waiting');
    await clock.advance(10);
    assert.equal(ana.signaling.state, 'online');
    server.socketOf('ana').end(1006);
    clock.jump(ms);
    ana.signaling.retryNow();
    assert.equal(ana.signaling.state, 'connecting');
  });

  test(`the date is set ${way}: an overloaded server is left alone as long as ever`, async (t) => {
    const { ana, clock, server } = await startParty(t);
    server.socketOf('ana').end(1013);
    clock.jump(ms);
    ana.signaling.retryNow();
    await clock.advance(4900);
    ana.signaling.retryNow();
    assert.equal(ana.signaling.state, 'waiting');
    await clock.advance(200);
    ana.signaling.retryNow();
    assert.equal(ana.signaling.state, 'connecting');
  });

  test(`the date is set ${way}: a try is given its time, and not more`, async (t) => {
    const { ana, clock, server } = await startParty(t);
    server.socketOf('ana').end(1006);
    await clock.advance(500);
    server.last.die();
    clock.jump(ms);
    ana.page.fire('online');
    assert.equal(server.sockets.length, 3, 'it has only just begun');
    await clock.advance(3000);
    ana.page.fire('online');
    assert.equal(server.sockets.length, 4);
  });

  test(`the date is set ${way}: a dead link is noticed in seconds`, async (t) => {
    const { ana, clock, server } = await startParty(t);
    server.socketOf('ana').die();
    await clock.advance(2000);
    clock.jump(ms);
    await clock.advance(4000);
    clock.jump(ms);
    await clock.advance(2010);
    assert.equal(ana.signaling.state, 'waiting');
    await clock.advance(600);
    assert.equal(ana.signaling.state, 'online');
  });

  test(`the date is set ${way}: a line is known to be slow all the same`, async (t) => {
    const { clock, server } = await startParty(t);
    server.intercept = (socket, frame) => {
      if (frame.type !== 'ping' || frame.data || socket !== server.users.get('ana').socket) return false;
      setTimeout(() => server.users.get('ana').deliver({ type: 'pong' }), 5000);
      clock.jump(ms);
      return true;
    };
    await clock.advance(60_000);
    const { length } = server.sockets;
    await clock.advance(120_000);
    assert.equal(server.sockets.length, length);
  });

  test(`the date is set ${way}: our ghost has its minute`, async (t) => {
    const { ana, clock, server } = await startParty(t);
    const logouts = record(ana.signaling, 'logout');
    server.resumeWindow = 10 * HOUR;
    server.users.get('ana').token = 'of somebody else';
    server.socketOf('ana').end(1006);
    await clock.advance(10_000);
    clock.jump(ms);
    await clock.advance(45_000);
    assert.deepEqual(logouts, []);
    assert.equal(ana.signaling.state, 'ready');
    await clock.advance(10_000);
    assert.equal(logouts[0]?.code, 'name_taken');
  });

  test(`the date is set ${way}: a conversation goes on, and a page that crashes is missed`, async (t) => {
    const { ana, bob, clock, network } = await startParty(t);
    ana.peers.connect('bob');
    await clock.advance(3000);
    assert.equal(ana.states('bob').at(-1), 'open direct');
    const { length } = ana.states('bob');
    for (let i = 0; i < 10; i++) {
      clock.jump(ms);
      await clock.advance(1300);
    }
    assert.equal(ana.states('bob').length, length, 'nothing to be seen of it');
    network.all[1].vanish();
    clock.jump(ms);
    await clock.advance(10_000);
    assert.match(ana.states('bob').at(-1), /^reconnecting/);
    assert.equal(bob.peers.get('ana')?.state, 'open');
  });
}

// Every timer is late then, and all of them are due at once.
for (const [when, prepare] of Object.entries({
  online: () => {},
  waiting: ({ server }) => server.socketOf('ana').end(1006),
  connecting: async ({ server, clock }) => {
    server.socketOf('ana').end(1006);
    await clock.advance(500);
    server.last.die();
  },
  'logging in': async ({ server, clock }) => {
    server.intercept = (socket, { type }) => type === 'login';
    server.socketOf('ana').end(1006);
    await clock.advance(505);
    server.intercept = () => false;
  },
  probing: async ({ server, clock, ana }) => {
    server.socketOf('ana').die();
    await clock.advance(4100);
    assert.equal(ana.signaling.state, 'online');
  },
})) {
  test(`the machine sleeps for an hour, found ${when}: back within ten seconds`, async (t) => {
    const party = await startParty(t);
    const { ana, clock, server } = party;
    const logouts = record(ana.signaling, 'logout');
    await clock.advance(1000);
    await prepare(party);
    for (const socket of server.sockets) { // they are all gone, and nobody here was told
      if (socket.readyState === 1 && socket.seat?.user.userName === 'ana') {
        socket.die();
        server.reap(socket);
      }
    }
    await clock.sleep(HOUR);
    ana.page.show('visible');
    ana.page.fire('online');
    await clock.advance(10_000);
    assert.equal(ana.signaling.state, 'online');
    assert.deepEqual([...ana.signaling.users.values()].map(({ userName }) => userName), ['bob']);
    assert.deepEqual(logouts, []);
  });
}
