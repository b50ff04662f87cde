// Browsers whose WebRTC was taken away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canConnect, Peers } from '../../app/lib/beckon.js';
import { checkBrowser } from '../../app/lib/check.js';
import { record } from './fakes/events.js';
import { startParty } from './fakes/party.js';
import { FakeNetwork } from './fakes/rtc.js';

const broken = {
  undefined,
  null: null,
  'what throws': class { constructor() { throw new DOMException('blocked', 'NotSupportedError'); } },
  'what is called, and gives {}': function () { return {}; },
  'an arrow': () => {},
  'a stub class': class { close() {} },
  'a half of one': class extends EventTarget { createDataChannel() { return {}; } },
};

for (const [title, RTCPeerConnection] of Object.entries(broken)) {
  test(`${title} is no WebRTC: found out, and who calls is told at once`, async (t) => {
    if (RTCPeerConnection !== undefined) {
      assert.equal(canConnect(RTCPeerConnection), false);
      assert.equal((await checkBrowser({ RTCPeerConnection })).outcome, 'no-webrtc');
    }
    const { ana, bob, clock } = await startParty(t);
    bob.peers.dispose();
    const peers = new Peers(bob.signaling, { RTCPeerConnection, page: null });
    t.after(() => peers.dispose());
    const calls = record(peers, 'peer');
    const peer = ana.peers.connect('bob');
    await clock.advance(10);
    assert.deepEqual([peer.state, peer.reason], ['closed', 'hangup']);
    assert.deepEqual(calls.map(({ peer: { state, reason } }) => `${state} ${reason}`), ['failed error']);
    const own = peers.connect('ana');
    assert.deepEqual([own.state, own.reason], ['failed', 'error']);
  });
}

test('where there is none, there is none; a whole one is one, and is closed again', () => {
  assert.equal(canConnect(), false);
  const network = new FakeNetwork();
  assert.equal(canConnect(network.RTCPeerConnection), true);
  assert.deepEqual(network.open, []);
});
