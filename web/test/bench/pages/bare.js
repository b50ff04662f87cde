/** A data channel and nothing around it; the two pages signal through a BroadcastChannel. */
import { counter } from './counter.js';

const name = new URLSearchParams(location.search).get('name');
const signaling = new BroadcastChannel('bare');
const pc = new RTCPeerConnection();
const { count, expect, arrived } = counter();
/** @type {RTCDataChannel} */
let channel;
let open = (/** @type {boolean} */ _) => {};
const opened = new Promise((resolve) => { open = resolve; });

/** @param {RTCDataChannel} next */
function use(next) {
  channel = next;
  channel.binaryType = 'arraybuffer';
  channel.addEventListener('message', ({ data }) => count(data));
  channel.addEventListener('open', () => open(true));
}
pc.addEventListener('datachannel', (event) => { use(event.channel); open(true); });
pc.addEventListener('icecandidate', ({ candidate }) => {
  if (candidate) signaling.postMessage({ from: name, candidate: candidate.toJSON() });
});
signaling.addEventListener('message', async ({ data: { to, description, candidate } }) => {
  if (candidate && pc.remoteDescription) await pc.addIceCandidate(candidate);
  if (!description || (to && to !== name)) return;
  if (description.type === 'offer' && !to) return;
  await pc.setRemoteDescription(description);
  if (description.type === 'offer') await describe();
});

/** @param {string | null} [to] */
async function describe(to = null) {
  await pc.setLocalDescription();
  signaling.postMessage({ to, description: pc.localDescription?.toJSON() });
}

const contender = {
  readyAt: Promise.resolve(performance.now()),
  /** @param {string} to */
  async connect(to) {
    const start = performance.now();
    use(pc.createDataChannel('bare'));
    await describe(to);
    await opened;
    return performance.now() - start;
  },
  opened: () => opened,
  live: () => (pc.connectionState === 'closed' ? 0 : 1),
  close: () => pc.close(),
  expect,
  arrived,
  /** @param {string | ArrayBuffer} data */
  send: (data) => channel.send(/** @type {string} */ (data)),
  buffered: () => channel.bufferedAmount,
  /** In parts of 64 KiB, a mebibyte ahead: as fast as anybody does. @param {Blob} file */
  async sendFile(file) {
    channel.bufferedAmountLowThreshold = 1 << 18;
    for (let start = 0; start < file.size; start += 65_536) {
      const part = await file.slice(start, start + 65_536).arrayBuffer();
      if (channel.bufferedAmount >= 1 << 20) {
        await new Promise((resolve) => channel.addEventListener('bufferedamountlow', resolve, { once: true }));
      }
      channel.send(part);
    }
  },
};
Object.assign(window, { contender });
