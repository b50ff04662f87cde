/** Strangers who call: one after the other, to be let in or not; and the checkbox that lets in everybody. */

import { words } from '../words/index.js';
import { el, setAttribute, setText } from './dom.js';

/** @import { Peer } from '../../lib/beckon.js' */
/** @import { Consent } from '../model/consent.js' */

/** A click this soon after another caller took the place of the one before was aimed at that one, ms. */
const SECOND_THOUGHT = 500;

/**
 * @param {HTMLElement} root
 * @param {Consent} consent
 * @param {{signal: AbortSignal, accept: (peer: Peer) => void, after: () => void}} options after: the question is gone,
 *   and with it the button that was pressed
 */
export function mountCallers(root, consent, { signal, accept, after }) {
  const name = el('bdi', { class: 'caller-name', translate: 'no' });
  const more = el('span', { class: 'hint' });
  const yes = el('button', { type: 'button', class: 'button small primary' }, words.callers.accept);
  const no = el('button', { type: 'button', class: 'button small' }, words.callers.decline);
  const never = el('button', { type: 'button', class: 'button small quiet', 'aria-describedby': 'block-note' }, words.callers.block);
  const note = el('p', { id: 'block-note', class: 'hint caller-note' });
  const bar = el('section', { class: 'notice caller', 'aria-label': words.callers.label, hidden: true },
    el('p', { class: 'notice-text' }, ...words.callers.calls(name), more),
    el('div', { class: 'caller-buttons' }, yes, no, never),
    note);
  root.append(bar);

  /** @type {Peer | null} */
  let caller = null;
  let replacedAt = -Infinity;
  const render = () => {
    const [first = null, ...others] = consent.waiting;
    if (first !== caller && caller && first) replacedAt = performance.now();
    caller = first;
    bar.hidden = first === null;
    setText(name, first?.name ?? '');
    setText(more, others.length > 0 ? words.callers.more(others.length) : '');
    const who = first?.name ?? '';
    setAttribute(yes, 'aria-label', words.callers.acceptWho(who));
    setAttribute(no, 'aria-label', words.callers.declineWho(who));
    setAttribute(never, 'aria-label', words.callers.blockWho(who));
    setText(note, words.callers.blockNote(who));
  };
  /** @param {(peer: Peer) => void} act */
  const pressed = (act) => () => {
    if (caller && performance.now() - replacedAt >= SECOND_THOUGHT) act(caller);
  };
  /** @param {(peer: Peer) => void} refuse */
  const refusing = (refuse) => pressed((peer) => {
    refuse(peer);
    if (bar.hidden) after();
  });
  yes.addEventListener('click', pressed(accept), { signal });
  no.addEventListener('click', refusing((peer) => consent.decline(peer)), { signal });
  never.addEventListener('click', refusing((peer) => consent.block(peer)), { signal });
  consent.addEventListener('change', render, { signal });
  render();
}

/**
 * @param {HTMLElement} root
 * @param {Consent} consent
 * @param {{signal: AbortSignal}} options
 */
export function mountAnswering(root, consent, { signal }) {
  const box = el('input', { type: 'checkbox', id: 'answer-everybody' });
  root.append(el('div', { class: 'privacy' },
    el('label', { class: 'privacy-label', for: 'answer-everybody' }, box, words.callers.answerEverybody)));
  const render = () => { box.checked = consent.everybody; };
  box.addEventListener('change', () => consent.answer(box.checked), { signal });
  consent.addEventListener('change', render, { signal });
  render();
}
