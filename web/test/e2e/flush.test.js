// What was sent last arrives, although the sender hangs up at once.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });
const CHUNKS = 200;

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium'], ['chromium', 'chromium'], ['firefox', 'firefox']]) {
  scenario(`${CHUNKS} chunks of 64 KiB and a hang-up, ${one} to ${other}`, async (scene) => {
    const [ana, bob] = [await scene.visitor(one), await scene.visitor(other)];
    // The library by itself, beside the chat page.
    const heard = bob.page.evaluate(`(async () => {
      const { Peers, Signaling } = await import('/lib/beckon.js');
      const signaling = new Signaling();
      const peers = new Peers(signaling);
      const end = new Promise((resolve) => {
        let count = 0;
        peers.addEventListener('peer', ({ detail: { peer } }) => {
          peer.addEventListener('message', () => { count++; });
          peer.addEventListener('state', () => peer.state === 'closed' && resolve([count, peer.reason]));
        });
      });
      await signaling.login({ name: 'Flo', room: '${scene.room}' });
      window.loggedIn = true;
      return end;
    })()`);
    await bob.page.waitForFunction('window.loggedIn');
    await ana.page.evaluate(`(async () => {
      const { Peers, Signaling } = await import('/lib/beckon.js');
      const signaling = new Signaling();
      const peers = new Peers(signaling);
      await signaling.login({ name: 'Eve', room: '${scene.room}' });
      const peer = peers.connect('Flo');
      await new Promise((resolve) => peer.addEventListener('open', resolve));
      for (let i = 0; i < ${CHUNKS}; i++) peer.send(new ArrayBuffer(65536));
      peer.close({ flush: 60_000 }); // a slow machine takes its time
    })()`);
    assert.deepEqual(await heard, [CHUNKS, 'closed-by-peer']);
  });
}

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`${other} is called, greets as the channel opens, and hangs up`, async (scene) => {
    const [ana, bob] = [await scene.visitor(one), await scene.visitor(other)];
    const gone = bob.page.evaluate(`(async () => {
      const { Peers, Signaling } = await import('/lib/beckon.js');
      const signaling = new Signaling();
      const peers = new Peers(signaling);
      const closed = new Promise((resolve) => {
        peers.addEventListener('peer', ({ detail: { peer } }) => {
          peer.addEventListener('open', () => peer.send('hello'));
          peer.addEventListener('message', () => peer.close());
          peer.addEventListener('state', () => peer.state === 'closed' && resolve(peer.reason));
        });
      });
      await signaling.login({ name: 'Flo', room: '${scene.room}' });
      window.loggedIn = true;
      return closed;
    })()`);
    await bob.page.waitForFunction('window.loggedIn');
    const end = ana.page.evaluate(`(async () => {
      const { Peers, Signaling } = await import('/lib/beckon.js');
      const signaling = new Signaling();
      const peers = new Peers(signaling);
      await signaling.login({ name: 'Eve', room: '${scene.room}' });
      const peer = peers.connect('Flo');
      const heard = [];
      return new Promise((resolve) => {
        peer.addEventListener('message', ({ detail }) => {
          heard.push(detail.data);
          peer.send('go');
        });
        peer.addEventListener('state', () => peer.state === 'closed' && resolve([...heard, peer.reason]));
      });
    })()`);
    assert.equal(await gone, 'local');
    assert.deepEqual(await end, ['hello', 'closed-by-peer']);
  });
}
