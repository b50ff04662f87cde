/** A bare page with PeerJS. Its address says who it is, where: ?name=ana&port=9001&serialization=raw */
import { counter } from './counter.js';

const query = new URLSearchParams(location.search);
// @ts-expect-error: peerjs.min.js is there already
const peer = new window.Peer(query.get('name'), {
  host: '127.0.0.1', port: Number(query.get('port')), path: '/', config: { iceServers: [] },
});
/** @type {any} the latest DataConnection */
let connection;
const { count, expect, arrived } = counter();

/** @param {any} next */
function use(next) {
  connection = next;
  connection.on('data', count);
}
peer.on('connection', use);

const opened = () => new Promise((resolve, reject) => {
  if (connection.open) resolve(true);
  connection.on('open', () => resolve(true));
  peer.once('error', reject);
});

const contender = {
  readyAt: new Promise((resolve, reject) => {
    peer.once('open', () => resolve(performance.now()));
    peer.once('error', reject);
  }),
  /** @param {string} name */
  async connect(name) {
    const start = performance.now();
    use(peer.connect(name, { reliable: true, serialization: query.get('serialization') ?? 'binary' }));
    await opened();
    return performance.now() - start;
  },
  opened,
  live: () => Object.values(peer.connections).flat().length,
  close: () => connection.close(),
  expect,
  arrived,
  /** @param {string | ArrayBuffer} data */
  send: (data) => connection.send(data),
  // PeerJS has a queue of its own in front of the channel's.
  /** @param {Blob} file */
  sendFile: (file) => connection.send(file),
  buffered: () => (connection.bufferSize > 0 ? Infinity : connection.dataChannel.bufferedAmount),
};
Object.assign(window, { contender });
