import { RTCPeerConnection } from 'werift';
import WebSocket from 'ws';
import { Peers, Signaling } from './beckon/beckon.js';

const signaling = new Signaling({ url: 'wss://your.server/ws', WebSocket });
const peers = new Peers(signaling, { RTCPeerConnection });
peers.addEventListener('peer', ({ detail: { peer } }) => {
  peer.addEventListener('message', ({ detail }) => peer.send(`You said: ${detail.data}`));
});
await signaling.login({ name: 'Echo' });
