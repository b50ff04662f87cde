/** What a link brings along in its fragment, which browsers send to no server. */

const TOKEN = 'token=';

/**
 * Takes the token out of the address, so that nobody sees it there, copies it or comes back to it.
 *
 * @param {{location: Pick<Location, 'href'>, history: Pick<History, 'state' | 'replaceState'>}} page the window
 * @returns {string} '' if there is none
 */
export function takeToken({ location, history }) {
  const url = new URL(location.href);
  const parts = url.hash.slice(1).split('&');
  const found = parts.find((part) => part.startsWith(TOKEN));
  if (found === undefined) return '';
  url.hash = parts.filter((part) => !part.startsWith(TOKEN)).join('&');
  try {
    history.replaceState(history.state, '', url);
  } catch {
    // Browsers limit how often it may change; the token is good all the same.
  }
  return decoded(found.slice(TOKEN.length));
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
