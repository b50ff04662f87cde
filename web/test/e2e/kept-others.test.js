// Clients that know nothing of numbers and confirmations: a page as the tutorial
// has it, with a data channel that takes and gives bare text.
import assert from 'node:assert/strict';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

for (const [browser, others] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  scenario(`${browser}: a page of other hands calls, and the text is bare both ways`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const zed = await tutorialPage(scene, others, 'Zed');
    await zed.calls('Ana');
    await ana.isConnectedTo('Zed');
    await ana.show('Zed');
    await ana.say('hello');
    await zed.hears('hello');
    await zed.says('plain words');
    await ana.hears('Zed', 'plain words');
    await zed.says('{"chat.v1":"seen"');
    await ana.hears('Zed', '{"chat.v1":"seen"');
    await ana.readsNot('Waiting');
    await zed.heardOnlyMessages(1);
  });

  scenario(`${browser}: called, it is taken for what it is after a moment`, async (scene) => {
    const ana = await scene.person(browser, 'Ana');
    const zed = await tutorialPage(scene, others, 'Zed');
    await ana.connectTo('Zed');
    await ana.say('typed while connecting');
    await ana.isConnectedTo('Zed');
    await ana.say('and at once');
    await zed.hears('and at once');
    await zed.says('fine');
    await ana.hears('Zed', 'fine');
    await ana.say('goodbye');
    await zed.hears('goodbye');
    await zed.heardOnlyMessages(3);
  });
}

/**
 * @param {import('./fixture/stage.js').Scene} scene
 * @param {string} browser
 * @param {string} name
 */
async function tutorialPage(scene, browser, name) {
  const { page } = await scene.visitor(browser);
  await page.evaluate(tutorialClient, scene.server.socketUrl, scene.room, name);
  const heard = () => /** @type {Promise<string[]>} */ (page.evaluate('heard'));
  const messages = async () => (await heard()).map((frame) => JSON.parse(frame).message);
  await eventually(`${name} is logged in`, () => page.evaluate('ready'));
  return {
    /** @param {string} who */
    calls: (who) => page.evaluate((other) => /** @type {any} */ (window).call(other), who),
    /** @param {string} text */
    says: (text) => page.evaluate((words) => /** @type {any} */ (window).channel.send(words), text),
    /** @param {string} text */
    hears: (text) => eventually(`${name} hears "${text}"`, async () => (await messages()).includes(text)),
    /** @param {number} count */
    async heardOnlyMessages(count) {
      const frames = (await heard()).map((frame) => Object.keys(JSON.parse(frame)).join());
      assert.deepEqual(frames, Array(count).fill('name,message,time'));
    },
  };
}

/**
 * Runs in the page.
 * @param {string} url
 * @param {string} room
 * @param {string} name
 */
function tutorialClient(url, room, name) {
  const page = /** @type {any} */ (window);
  Object.assign(page, { heard: [], ready: false, channel: null });
  const socket = new WebSocket(url);
  const send = (/** @type {object} */ message) => socket.send(JSON.stringify(message));
  const pc = new RTCPeerConnection();
  let other = '';
  const use = (/** @type {RTCDataChannel} */ channel) => {
    page.channel = channel;
    channel.onmessage = ({ data }) => page.heard.push(data);
  };
  pc.onicecandidate = ({ candidate }) => candidate && send({ type: 'candidate', name: other, candidate });
  pc.ondatachannel = ({ channel }) => use(channel);
  page.call = async (/** @type {string} */ who) => {
    other = who;
    use(pc.createDataChannel('messenger'));
    await pc.setLocalDescription(await pc.createOffer());
    send({ type: 'offer', name: other, offer: pc.localDescription });
  };
  socket.onmessage = async ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'connect') send({ type: 'login', name, room });
    if (message.type === 'login') page.ready = message.success;
    if (message.type === 'candidate') await pc.addIceCandidate(message.candidate);
    if (message.type === 'answer') await pc.setRemoteDescription(message.answer);
    if (message.type === 'offer') {
      other = message.name;
      await pc.setRemoteDescription(message.offer);
      await pc.setLocalDescription(await pc.createAnswer());
      send({ type: 'answer', name: other, answer: pc.localDescription });
    }
  };
}
