/** A bare page with our library. Its address says who logs in where: ?name=ana&ws=ws://... */
import { Peers, Signaling } from '../lib/beckon.js';
import { counter } from './counter.js';

const query = new URLSearchParams(location.search);
const signaling = new Signaling({ url: query.get('ws') ?? undefined });
const peers = new Peers(signaling);
/** @type {import('../../../app/lib/beckon.js').Peer} the latest one */
let peer;
const { count, expect, arrived } = counter();

peers.addEventListener('peer', ({ detail }) => {
  peer = detail.peer;
  peer.addEventListener('message', (event) => count(event.detail.data));
  peer.addEventListener('channel', (event) => {
    const { channel } = event.detail;
    channel.binaryType = 'blob';
    channel.addEventListener('message', ({ detail: { data } }) => count(data));
  });
});

/** @param {string[]} states */
const reaches = (...states) => new Promise((resolve) => {
  const check = () => states.includes(peer.state) && resolve(peer.state);
  peer.addEventListener('state', check);
  check();
});

const contender = {
  /** ms from navigation until it can be called. */
  readyAt: signaling.login({ name: query.get('name') ?? '' }).then(() => performance.now()),
  /** @param {string} name  @returns {Promise<number>} ms from the call to the open channel */
  async connect(name) {
    const start = performance.now();
    peers.connect(name);
    const state = await reaches('open', 'failed');
    if (state !== 'open') throw new Error(`the connection is ${state}: ${peer.reason}`);
    return performance.now() - start;
  },
  opened: () => reaches('open').then(() => true),
  live: () => peers.all.length,
  close: () => peers.close(),
  expect,
  arrived,
  /** @param {string | ArrayBuffer} data */
  send: (data) => peer.send(data),
  buffered: () => peer.bufferedAmount,
  /** @param {Blob} file */
  async sendFile(file) {
    const files = await peer.channel('files').opened;
    await files.sendBlob(file);
  },
};
Object.assign(window, { contender });
