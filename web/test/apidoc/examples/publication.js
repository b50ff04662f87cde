import { Peers, Signaling } from 'https://your.server/lib/beckon.js';

const signaling = new Signaling();
const peers = new Peers(signaling);
await signaling.login({ name: 'Ana' });
peers.connect('Bob');

const screen = await navigator.mediaDevices.getDisplayMedia({ video: true });
const publication = peers.publish(screen, { purpose: 'screen' });
document.querySelector('#stop').addEventListener('click', () => publication.remove());
