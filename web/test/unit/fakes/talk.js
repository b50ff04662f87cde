// Ana and Bob, connected, and what each of them sees and hears of the other.

import { startParty } from './party.js';

/** @param {import('node:test').TestContext} t @param {object} [options] of the party */
export async function startTalk(t, options) {
  const party = await startParty(t, options);
  const { ana, bob, clock, network } = party;
  ana.peers.connect('bob');
  await clock.advance(50);
  return { ...party, anas: sideOf(ana, 'bob', network), bobs: sideOf(bob, 'ana', network) };
}

/** One user's end of a connection: the Peer, and the tracks that it has told of. */
function sideOf(user, name, network) {
  const peer = user.peers.get(name);
  const received = [];
  const told = [];
  peer.addEventListener('track', ({ detail }) => {
    received.push(detail);
    told.push(`+${detail.purpose}`);
  });
  peer.addEventListener('removetrack', ({ detail }) => {
    received.splice(received.indexOf(detail), 1);
    told.push(`-${detail.purpose}`);
  });
  peer.addEventListener('negotiationerror', ({ detail: { error } }) => told.push(`!${error.name}`));
  return {
    peer,
    /** what has been told, in order */
    told,
    received,
    /** by purpose, which track of the other side's really arrives */
    get arriving() {
      const pcOf = (track) => network.open.find((pc) => pc.getTransceivers().some(({ receiver }) => receiver.track === track));
      return Object.fromEntries(received.map(({ track, purpose }) => [purpose, pcOf(track)?.arrivingOn(track)?.id ?? null]).sort());
    },
  };
}
