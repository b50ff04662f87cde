// The page's own comings and goings. A page with an open socket is not kept in
// the back/forward cache, and a sleeping phone loses its sockets without a word:
// so we leave cleanly on `pagehide` and look around at every awakening.

/**
 * The window, or null where there is none (a worker, Node).
 *
 * @returns {EventTarget | null}
 */
export function currentPage() {
  return typeof window === 'undefined' ? null : window;
}

/**
 * @param {EventTarget | null} page
 * @param {object} callbacks
 * @param {() => void} [callbacks.hide] the page goes away, perhaps for good
 * @param {() => void} [callbacks.show] it is (back) on the screen
 * @param {() => void} [callbacks.wake] the network is back, or somebody looks
 * @param {AbortSignal} [signal] ends the watch
 */
export function watchPage(page, { hide, show, wake }, signal) {
  /** @type {[string, (() => void) | undefined][]} */
  const wanted = [
    ['pagehide', hide],
    ['pageshow', show],
    ['online', wake],
    ['visibilitychange', wake && (() => isHidden(page) || wake())],
  ];
  for (const [type, listener] of wanted) {
    if (listener) page?.addEventListener(type, () => listener(), { signal });
  }
}

/** After a change of networks the new one gets so long to be of use, in ms. */
const SETTLING = 500;

/**
 * Tells when the machine has changed networks, or has one again. Browsers also
 * tell of every new guess at how fast it is, which is of no interest here.
 *
 * @param {any} page see watchPage
 * @param {() => void} moved
 * @param {AbortSignal} signal ends the watch
 */
export function watchNetwork(page, moved, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;
  const changed = () => {
    clearTimeout(settling);
    settling = setTimeout(moved, SETTLING);
  };
  page?.addEventListener('online', changed, { signal });
  signal.addEventListener('abort', () => clearTimeout(settling));
  const connection = page?.navigator?.connection;
  let type = connection?.type;
  connection?.addEventListener?.('change', () => {
    const before = type;
    type = connection.type;
    if (type !== before && type !== 'none') changed();
  }, { signal });
}

/**
 * Whether nobody can see the page. Where there is none, somebody may be waiting.
 *
 * @param {any} page
 * @returns {boolean}
 */
export function isHidden(page) {
  return page?.document?.visibilityState === 'hidden';
}
