/** Keeps the room in the page's address the one that one is in, for a reload and for whoever is sent the address. */

/** @import { Session } from '../model/session.js' */

/**
 * @param {Pick<Window, 'location' | 'history'>} page the window
 * @param {Session} session
 * @param {{signal: AbortSignal}} options
 */
export function keepRoomAddress({ location, history }, session, { signal }) {
  session.addEventListener('change', () => {
    if (session.view !== 'chat') return;
    const url = new URL(location.href);
    if ((url.searchParams.get('room') ?? '') === session.room) return;
    if (session.room) url.searchParams.set('room', session.room);
    else url.searchParams.delete('room');
    history.replaceState(history.state, '', url);
  }, { signal });
}
