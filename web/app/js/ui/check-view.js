/** The connection check: a dialog with a table. */

import { checkBrowser, checkServers } from '../../lib/check.js';
import { ConnectionCheck } from '../model/check.js';
import { msWords } from '../model/check-words.js';
import { words } from '../words/index.js';
import { copyText } from './copy.js';
import { el, setText } from './dom.js';

/** @import { Signaling } from '../../lib/beckon.js' */
/** @import { CheckRow } from '../model/check-words.js' */

/**
 * Opens the dialog and checks. Closing it ends the check, and gives the focus
 * back to where it was.
 *
 * @param {Signaling} signaling
 * @param {{signal: AbortSignal}} options signal: closes it
 */
export function openCheck(signaling, { signal }) {
  if (document.querySelector('dialog.check')) return;
  const closed = new AbortController();
  const check = new ConnectionCheck(signaling, { checkBrowser, checkServers });
  const { dialog, summary, body, again, copy, copied, text, close } = buildDialog();
  const render = () => {
    setText(summary, check.summary);
    body.replaceChildren(...check.rows.map(buildRow));
    again.disabled = check.running;
    copy.disabled = check.running;
  };
  const forget = () => {
    setText(copied, '');
    text.hidden = true;
  };
  check.addEventListener('change', render);
  again.addEventListener('click', () => { forget(); check.run(); });
  copy.addEventListener('click', () => copyReport(check, { copied, text }));
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    closed.abort();
    check.stop();
    dialog.remove();
  });
  signal.addEventListener('abort', () => dialog.close(), { signal: closed.signal });
  document.body.append(dialog);
  dialog.showModal();
  check.run();
}

function buildDialog() {
  const title = el('h2', { id: 'check-title', tabindex: -1, autofocus: true }, words.check.title);
  const summary = el('p', { class: 'check-summary', role: 'status' });
  const body = el('tbody', { role: 'rowgroup' });
  const { checked, result, time } = words.check.columns;
  const heads = [checked, result, time].map((head) => el('th', { scope: 'col', role: 'columnheader' }, head));
  const table = el('table', { class: 'check-table', role: 'table', 'aria-labelledby': 'check-title' },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads)), body);
  const again = el('button', { type: 'button', class: 'button small' }, words.check.again);
  const copy = el('button', { type: 'button', class: 'button small' }, words.check.copy);
  const close = el('button', { type: 'button', class: 'button small primary' }, words.check.close);
  const copied = el('p', { class: 'hint', role: 'status' });
  const text = el('textarea', { class: 'check-text', readonly: true, rows: 6, 'aria-label': words.check.asText, hidden: true });
  const dialog = el('dialog', { class: 'check', 'aria-labelledby': 'check-title' },
    title, summary, table, text, copied, el('div', { class: 'check-actions' }, again, copy, close));
  return { dialog, summary, body, again, copy, copied, text, close };
}

/**
 * The roles are said, since on a narrow screen a row is no longer laid out as one.
 *
 * @param {CheckRow} row
 */
function buildRow({ what, how, tone, result, advice, ms }) {
  return el('tr', { role: 'row', 'data-tone': tone },
    el('th', { role: 'rowheader', scope: 'row' }, el('span', { class: 'check-what' }, what), el('span', { class: 'check-how' }, how)),
    el('td', { role: 'cell' }, el('span', { class: 'check-result' }, result), advice ? el('span', { class: 'check-advice' }, advice) : null),
    el('td', { role: 'cell', class: 'check-ms' }, ms > 0 ? msWords(ms) : '–'));
}

/**
 * @param {ConnectionCheck} check
 * @param {{copied: HTMLElement, text: HTMLTextAreaElement}} elements
 */
async function copyReport(check, { copied, text }) {
  const report = check.report(`${words.check.reportTitle(location.host, new Date().toISOString())}\n${navigator.userAgent}`);
  setText(copied, await copyText(report, text) ? words.check.copied : words.check.selected);
}
