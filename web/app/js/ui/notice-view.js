/** The bar that says when the line to the server is down, and when it is tried again. */

import { countdown } from '../model/time-words.js';
import { words } from '../words/index.js';
import { el, setText } from './dom.js';

/** @import { Session, Trouble } from '../model/session.js' */

/** Close codes after which the page stays away, and what they mean for a person. */
const REFUSALS = new Map([
  [1008, words.notice.refused],
  [4001, words.notice.elsewhere],
]);

/**
 * The countdown changes every second, so it is no live region; that something
 * is wrong, or right again, is announced once.
 *
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {{signal: AbortSignal, announce: (text: string) => void, reload: () => void}} options
 */
export function mountNotice(root, session, { signal, announce, reload }) {
  const text = el('p', { class: 'notice-text' });
  const button = el('button', { type: 'button', class: 'button small' });
  const bar = el('section', { class: 'notice', 'aria-label': words.notice.label, hidden: true }, text, button);
  root.append(bar);

  let ticking = 0;
  let said = '';
  const render = () => {
    clearTimeout(ticking);
    const { trouble } = session;
    bar.hidden = trouble.kind === 'none';
    setText(text, noticeText(session));
    setText(button, trouble.kind === 'refused' ? words.notice.reload : words.notice.tryNow);
    button.hidden = trouble.kind === 'connecting';
    if (trouble.kind === 'waiting') ticking = setTimeout(render, untilNextSecond(trouble.retryAt));
    const news = headline(trouble);
    if (news !== said) announce(news || words.notice.back);
    said = news;
  };

  button.addEventListener('click', () => {
    if (session.trouble.kind === 'refused') reload();
    else session.retry();
  }, { signal });
  session.addEventListener('change', render, { signal });
  signal.addEventListener('abort', () => clearTimeout(ticking));
  render();
}

/** @param {Session} session */
function noticeText({ trouble, view }) {
  const notice = troubleText(trouble);
  return notice && view === 'chat' ? words.notice.conversationsGoOn(notice) : notice;
}

/** @param {Trouble} trouble */
function troubleText(trouble) {
  switch (trouble.kind) {
    case 'waiting':
      return words.notice.waiting(countdown(trouble.retryAt, Date.now()));
    case 'connecting':
      return words.notice.reconnecting;
    case 'refused':
      return refusal(trouble.code);
    default:
      return '';
  }
}

/**
 * What is worth saying once; '' while all is well.
 * @param {Trouble} trouble
 */
function headline(trouble) {
  if (trouble.kind === 'none') return '';
  if (trouble.kind === 'refused') return refusal(trouble.code);
  return words.notice.lost;
}

/** @param {number} code */
function refusal(code) {
  return REFUSALS.get(code) ?? words.notice.ended;
}

/**
 * When the number of seconds left changes next, so that none is skipped.
 * @param {number} retryAt ms since the epoch
 */
function untilNextSecond(retryAt) {
  const left = retryAt - Date.now();
  return left > 0 ? (left % 1000) + 1 : 1000;
}
