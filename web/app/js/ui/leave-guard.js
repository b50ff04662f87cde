/** Asks whoever leaves the page while something that was said has not arrived: it would be lost. */

/** @import { Chat } from '../model/chat.js' */

/**
 * It listens only while there is a reason: browsers keep no page for the way back that does.
 *
 * @param {EventTarget} page the window
 * @param {Chat} chat
 * @param {{signal: AbortSignal}} options
 */
export function guardLeaving(page, chat, { signal }) {
  const ask = (/** @type {Event} */ event) => event.preventDefault();
  const update = () => {
    if (chat.waiting > 0) page.addEventListener('beforeunload', ask, { signal }); // no more than once
    else page.removeEventListener('beforeunload', ask);
  };
  chat.addEventListener('delivery', update, { signal });
  chat.addEventListener('change', update, { signal });
}
