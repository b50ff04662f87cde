/** The address that brings others to where one is. */

/**
 * Nothing goes along but the room: what else is in the page's address may be for oneself alone.
 *
 * @param {Pick<Location, 'origin' | 'pathname'>} location
 * @param {string} room '' = the lobby
 */
export function inviteLink({ origin, pathname }, room) {
  const url = new URL(pathname, origin);
  if (room) url.searchParams.set('room', room);
  return url.href.replace(/\.$/, '%2E'); // which would be the end of a sentence
}
