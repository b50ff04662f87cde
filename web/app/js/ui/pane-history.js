/** Back in a conversation that has the whole screen leads to the list of people, not out of the page. */

/** @import { Chat } from '../model/chat.js' */

/**
 * While a conversation covers the list (narrow screens), the browser's history has one entry for it on top of the
 * page's own, whichever conversation it is. It goes when the list is back by other means.
 *
 * @typedef {{conversation?: string} | null} Entry the `history.state`; with the key of the conversation: that entry
 */

/**
 * @param {Pick<Window, 'history' | 'addEventListener'>} page the window
 * @param {Chat} chat
 * @param {{signal: AbortSignal, wide: MediaQueryList}} options
 */
export function keepPaneHistory(page, chat, { signal, wide }) {
  const { history } = page;
  /** We have asked for the way back: the next `popstate` is nobody else's doing. It comes later. */
  let leaving = false;
  const entry = () => /** @type {Entry} */ (history.state)?.conversation;

  const follow = () => {
    if (leaving) return;
    const covered = wide.matches ? undefined : chat.selected?.key;
    if (covered === entry()) return;
    if (covered === undefined) {
      leaving = true;
      history.back();
    } else if (entry() === undefined) {
      history.pushState({ conversation: covered }, '');
    } else {
      history.replaceState({ conversation: covered }, '');
    }
  };
  const moved = () => {
    if (!leaving && !wide.matches) chat.select(entry() ?? null); // Back, or Forward to what may have been closed since
    leaving = false;
    follow();
  };

  page.addEventListener('popstate', moved, { signal });
  chat.addEventListener('selection', follow, { signal });
  wide.addEventListener('change', follow, { signal });
  follow(); // a page that was loaded again has the entry and no conversation
}
