import { Peers, Signaling } from 'https://your.server/lib/beckon.js';

const signaling = new Signaling();
const peers = new Peers(signaling);
peers.addEventListener('peer', ({ detail: { peer } }) => {
  peer.addEventListener('channel', ({ detail: { channel } }) => {
    channel.addEventListener('message', ({ detail }) => console.log(channel.label, 'brought', detail.data));
  });
});
await signaling.login({ name: 'Ana' });

const files = peers.connect('Bob').channel('files');
await files.opened;
const photo = new Blob([new Uint8Array(3_000_000)], { type: 'image/jpeg' });
files.send(JSON.stringify({ name: 'cat.jpg', size: photo.size }));
await files.sendBlob(photo, { onprogress: (sent) => console.log(sent, 'of', photo.size) });
