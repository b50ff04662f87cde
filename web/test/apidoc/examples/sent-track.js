import { Peers, Signaling } from 'https://your.server/lib/beckon.js';

const signaling = new Signaling();
const peers = new Peers(signaling);
await signaling.login({ name: 'Ana' });

const camera = await navigator.mediaDevices.getUserMedia({ video: true });
const [track] = camera.getTracks();
const sent = peers.connect('Bob').addTrack(track, { streams: [camera], purpose: 'camera' });

document.querySelector('#other-camera').addEventListener('click', async () => {
  const other = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  await sent.replaceTrack(other.getTracks()[0]);
});
document.querySelector('#stop').addEventListener('click', () => sent.remove());
