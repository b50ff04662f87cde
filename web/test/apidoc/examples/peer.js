import { Peers, Signaling } from 'https://your.server/lib/beckon.js';

const signaling = new Signaling();
const peers = new Peers(signaling);
await signaling.login({ name: 'Ana' });

const peer = peers.connect('Bob');
peer.addEventListener('message', ({ detail }) => console.log(peer.name, 'says', detail.data));
peer.addEventListener('route', ({ detail }) => console.log('it goes by', detail.route));
peer.addEventListener('close', ({ detail }) => console.log('over:', detail.reason));

await peer.opened;
for (const part of ['one', 'two', new Uint8Array(2_000_000)]) {
  if (!peer.send(part)) await peer.drained();
}
console.log('all sent');
