import { canConnect, newCertificate, Peers, Signaling } from 'https://your.server/lib/beckon.js';

const certificate = newCertificate(); // who keeps it, in IndexedDB, is recognized after a reload
const signaling = new Signaling();
const peers = new Peers(signaling, { certificate });
if (canConnect()) {
  await signaling.login({ name: 'Ana' });
  peers.connect('Bob');
}
