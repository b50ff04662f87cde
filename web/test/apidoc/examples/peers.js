import { Peers, Signaling } from 'https://your.server/lib/beckon.js';

const friends = ['Bob', 'Eve'];
const signaling = new Signaling();
const peers = new Peers(signaling, { accept: (peer) => friends.includes(peer.name) });
peers.addEventListener('peer', ({ detail: { peer, incoming } }) => {
  console.log(incoming ? 'called by' : 'calling', peer.name);
  peer.addEventListener('message', ({ detail }) => peers.broadcast(detail.data, { except: peer })); // to the others
  peer.addEventListener('close', ({ detail }) => console.log(peer.name, detail.state, detail.reason));
});

await signaling.login({ name: 'Ana' });
peers.connect('Bob');
