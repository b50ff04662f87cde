// Of any size, and with progress at either end: what is written by one is read by the other.
import { join } from 'https://your.server/lib/beckon.js';

const room = await join({ name: 'Ana' });
room.addEventListener('channel', async ({ detail: { peer, channel } }) => {
  const { name, size } = JSON.parse(channel.protocol);
  let got = 0;
  for await (const part of channel.readable) { // a file: to a disk, say; cancel() would have the other side stop
    got += part.byteLength;
    console.log(`${name} of ${peer.name}: ${got} of ${size}`);
  }
});
room.addEventListener('peerjoin', async ({ detail: { peer } }) => {
  const file = new Blob(['Hello!'.repeat(20_000)]);
  const protocol = JSON.stringify({ name: 'hello.txt', size: file.size });
  await file.stream().pipeTo(peer.channel('file', { protocol }).writable); // the channel ends with it
  console.log('sent to', peer.name);
});
