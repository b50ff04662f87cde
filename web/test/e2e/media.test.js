// Video beside the messages, of real browsers: each sees what the other shows, in
// the middle of a conversation, over new paths and new connections.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const folder = mkdtempSync(join(tmpdir(), 'beckon-media-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, 'a secret of the tests alone\n', { mode: 0o600 });
after(() => rmSync(folder, { recursive: true }));

const RELAY = ['--turn', '--turn-listen', '127.0.0.1:0', '--turn-secret-file', secretFile];
const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' }, serverArgs: RELAY });

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {import('./fixture/stage.js').Scene} Scene */

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium'], ['chromium', 'chromium'], ['firefox', 'firefox']]) {
  scenario(`${one} and ${other} show, change and take away pictures, both at once`, async (scene) => {
    const [ana, bob] = await connected(scene, one, other);
    await both(ana, bob, 'add("camera", "red")', 'add("camera", "blue")');
    await bob.evaluate('add("screen", "lime")');
    await shows(bob, 'camera', 'red');
    await shows(ana, 'camera', 'blue');
    await shows(ana, 'screen', 'lime');

    await ana.evaluate('replace("camera", "lime")');
    await shows(bob, 'camera', 'lime');

    const before = await ana.evaluate('ufrag()');
    await both(ana, bob, 'peer.restartIce()', 'peer.restartIce()');
    await eventually('there is another path', async () => await ana.evaluate('ufrag()') !== before);
    for (const page of [ana, bob]) await eventually('they are connected', () => page.evaluate('peer.state === "open"'));
    await shows(bob, 'camera', 'lime');
    await shows(ana, 'camera', 'blue');

    await both(ana, bob, 'remove("camera")', 'remove("camera")');
    await eventually('hers is gone', () => bob.evaluate('pictures.size === 0'));
    await eventually('his is gone', () => ana.evaluate('!pictures.has("camera")'));
    await eventually('she knows that hers is', () => ana.evaluate('sending() === 0'));
    await ana.evaluate('add("camera", "blue")');
    await shows(bob, 'camera', 'blue');
    assert.equal(await ana.evaluate('sections()'), 4, 'of the channel, two pictures of his, one of hers');

    await both(ana, bob, 'peer.send("hello")', 'peer.send("hello")');
    for (const page of [ana, bob]) await eventually('messages go on', () => page.evaluate('told.includes("hello")'));
    const [hers, his] = /** @type {string[][]} */ (await Promise.all([ana, bob].map((page) => page.evaluate('told'))));
    assert.deepEqual(hers.sort(), ['+camera', '+screen', '-camera', 'hello']);
    assert.deepEqual(his, ['+camera', '-camera', '+camera', 'hello']);
    assert.deepEqual(await Promise.all([ana, bob].map((page) => page.evaluate('peer.epoch'))), [1, 1]);
  });
}

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`${one} and ${other} are connected anew, and go on seeing each other`, async (scene) => {
    const [ana, bob] = await connected(scene, one, other);
    await both(ana, bob, 'add("camera", "red")', 'add("camera", "blue")');
    await shows(bob, 'camera', 'red');
    await shows(ana, 'camera', 'blue');
    await ana.evaluate('peers.relayOnly = true'); // nothing but another connection hides her address
    for (const page of [ana, bob]) {
      await eventually('there is another connection', () => page.evaluate('peer.epoch === 2'), { timeout: 30_000 });
    }
    await shows(bob, 'camera', 'red');
    await shows(ana, 'camera', 'blue');
    for (const page of [ana, bob]) assert.deepEqual(await page.evaluate('told'), ['+camera', '-camera', '+camera']);
  });
}

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`offers of ${one} and ${other} cross: by another connection each sees the other`, async (scene) => {
    const [ana, bob] = await connected(scene, one, other);
    await ana.evaluate(() => { // her offers take a while
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        if (String(data).startsWith('{"type":"offer"')) setTimeout(() => send.call(this, data), 300);
        else send.call(this, data);
      };
    });
    await ana.evaluate('add("camera", "red")');
    await eventually('she has made an offer', () => ana.evaluate('offered()'));
    await bob.evaluate('add("camera", "blue")');
    await shows(bob, 'camera', 'red');
    await shows(ana, 'camera', 'blue');
    await both(ana, bob, 'peer.send("hello")', 'peer.send("hello")');
    for (const page of [ana, bob]) await eventually('messages go on', () => page.evaluate('told.includes("hello")'));
    for (const page of [ana, bob]) assert.equal(await page.evaluate('peer.epoch'), 2);
  });
}

scenario('a page of ours may ask for camera and microphone, and everybody gets them', async (scene) => {
  const [ana, bob] = await connected(scene, 'chromium', 'firefox');
  await ana.evaluate(`(async () => {
    window.published = peers.publish(await navigator.mediaDevices.getUserMedia({ audio: true, video: true }), { purpose: 'me' });
  })()`);
  await eventually('picture and sound are there', () => bob.evaluate('told.filter((line) => line === "+me").length === 2'));
  await grows(bob, 'me');
  await ana.evaluate('published.remove()');
  await eventually('they are gone', () => bob.evaluate('told.filter((line) => line === "-me").length === 2'));
});

/**
 * Two pages with the library by itself, connected. Each is in front, in a browser of its own: what is hidden draws little.
 * @param {Scene} scene
 * @param {string} one
 * @param {string} other
 * @returns {Promise<Page[]>}
 */
async function connected(scene, one, other) {
  const second = one === other ? await scene.ownBrowser(/** @type {import('./fixture/browsers.js').Kind} */ (other)) : other;
  const pages = [(await scene.visitor(one)).page, (await scene.visitor(second)).page];
  for (const [i, name] of ['Ana', 'Bob'].entries()) await come(pages[i], name, `${scene.room} media`);
  await eventually('Ana sees Bob', () => pages[0].evaluate('sees("Bob")'));
  await pages[0].evaluate('void peers.connect("Bob")');
  for (const page of pages) await eventually('they are connected', () => page.evaluate('window.peer?.state === "open"'));
  return pages;
}

/** @param {Page} ana @param {Page} bob @param {string} hers @param {string} his what is done at the same moment */
const both = (ana, bob, hers, his) => Promise.all([ana.evaluate(hers), bob.evaluate(his)]);

/**
 * Waits until a page shows that picture of the other's.
 * @param {Page} page
 * @param {string} purpose
 * @param {string} colour
 */
async function shows(page, purpose, colour) {
  await eventually(`${purpose} is ${colour}`, async () => await page.evaluate(`colourOf("${purpose}")`) === colour);
  await grows(page, purpose);
}

/**
 * Waits until more of a picture has arrived.
 * @param {Page} page
 * @param {string} purpose
 */
async function grows(page, purpose) {
  const frames = () => /** @type {Promise<number>} */ (page.evaluate(`framesOf("${purpose}")`));
  const before = await frames();
  await eventually(`${purpose} moves`, async () => await frames() > before + 1);
}

/**
 * Logs in by the library, shows what comes, and has the means to show something.
 * @param {Page} page
 * @param {string} name
 * @param {string} room
 */
function come(page, name, room) {
  return page.evaluate(async (name, room) => {
    // @ts-expect-error: the page's address of it
    const { Peers, Signaling } = await import('/lib/beckon.js');
    const connections = /** @type {RTCPeerConnection[]} */ ([]);
    const Watched = class extends RTCPeerConnection {
      /** @param {RTCConfiguration} [configuration] */
      constructor(configuration) {
        super(configuration);
        connections.push(this);
      }
    };
    const signaling = new Signaling();
    const peers = new Peers(signaling, { RTCPeerConnection: Watched });
    const told = /** @type {string[]} */ ([]);
    const pictures = /** @type {Map<string, HTMLVideoElement>} */ (new Map());
    const sent = new Map();

    /** @param {any} received */
    function begin({ track, purpose }) {
      told.push(`+${purpose}`);
      if (track.kind !== 'video') return;
      const video = document.createElement('video');
      Object.assign(video, { srcObject: new MediaStream([track]), muted: true, autoplay: true, playsInline: true });
      document.body.append(video);
      video.play().catch(() => {}); // by itself what is out of sight does not
      pictures.set(purpose, video);
    }

    /** @param {any} received */
    function end({ track, purpose }) {
      told.push(`-${purpose}`);
      if (track.kind !== 'video') return;
      pictures.get(purpose)?.remove();
      pictures.delete(purpose);
    }

    /** @param {string} colour of a picture that moves */
    function picture(colour) {
      const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      let moment = 0;
      setInterval(() => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 160, 120);
        context.fillStyle = 'white';
        context.fillRect(moment++ % 150, 0, 10, 10);
      }, 50);
      return canvas.captureStream().getVideoTracks()[0];
    }

    /** @param {string} purpose */
    function colourOf(purpose) {
      const video = pictures.get(purpose);
      if (!video || video.videoWidth === 0) return 'none';
      const canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 16 });
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      context.drawImage(video, 0, 0, 16, 16);
      const [red, green, blue] = context.getImageData(8, 12, 1, 1).data;
      const most = Math.max(red, green, blue);
      return most < 100 ? 'dark' : most === red ? 'red' : most === green ? 'lime' : 'blue';
    }

    /** @param {string} purpose */
    async function framesOf(purpose) {
      const [track] = /** @type {MediaStream} */ (pictures.get(purpose)?.srcObject).getTracks();
      const pc = connections.find((one) => one.getReceivers().some((receiver) => receiver.track === track));
      const stats = await pc?.getStats(track);
      let frames = 0;
      stats?.forEach(({ type, framesDecoded = 0 }) => { if (type === 'inbound-rtp') frames += framesDecoded; });
      return frames;
    }

    const current = () => connections.find(({ connectionState }) => connectionState === 'connected');
    const sdp = () => current()?.localDescription?.sdp ?? '';
    peers.addEventListener('peer', (/** @type {any} */ { detail: { peer } }) => {
      Object.assign(window, {
        peer,
        add: (/** @type {string} */ purpose, /** @type {string} */ colour) =>
          void sent.set(purpose, peer.addTrack(picture(colour), { purpose })),
      });
      peer.addEventListener('track', (/** @type {any} */ { detail }) => begin(detail));
      peer.addEventListener('removetrack', (/** @type {any} */ { detail }) => end(detail));
      peer.addEventListener('message', (/** @type {any} */ { detail: { data } }) => told.push(data));
      peer.addEventListener('negotiationerror', (/** @type {any} */ { detail: { error } }) => told.push(`!${error}`));
    });
    Object.assign(window, {
      peers, told, pictures, colourOf, framesOf,
      replace: (/** @type {string} */ purpose, /** @type {string} */ colour) => sent.get(purpose).replaceTrack(picture(colour)),
      remove: (/** @type {string} */ purpose) => sent.get(purpose).remove(),
      sees: (/** @type {string} */ who) => [...signaling.users.values()].some(({ userName }) => userName === who),
      ufrag: () => /^a=ice-ufrag:(\S+)/m.exec(sdp())?.[1],
      sending: () => current()?.getTransceivers().filter(({ currentDirection }) => /send/.test(currentDirection ?? '')).length,
      offered: () => connections.some(({ signalingState }) => signalingState === 'have-local-offer'),
      sections: () => sdp().match(/^m=/gm)?.length,
    });
    await signaling.login({ name, room });
  }, name, room);
}
