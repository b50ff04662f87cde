/** Keeps the tab's title up to date. */

import { titleFor } from '../model/title.js';

/** @import { Chat } from '../model/chat.js' */
/** @import { Session } from '../model/session.js' */

/**
 * @param {Document} page
 * @param {{session: Session, chat: Chat}} models
 * @param {{signal: AbortSignal}} options
 */
export function mountTitle(page, { session, chat }, { signal }) {
  const render = () => {
    const title = titleFor({
      view: session.view,
      unread: chat.unread,
      chattingWith: chat.selected?.name ?? '',
    });
    if (page.title !== title) page.title = title;
  };
  session.addEventListener('change', render, { signal });
  chat.addEventListener('change', render, { signal });
  chat.addEventListener('selection', render, { signal });
  render();
}
