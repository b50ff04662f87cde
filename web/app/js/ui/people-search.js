/** The field in which one finds somebody in a long list. */

import { named } from '../model/name-search.js';
import { words } from '../words/index.js';
import { el, setText } from './dom.js';

/** @import { Contact } from '../model/roster.js' */

/** From so many people on there is a field; a shorter list is read sooner. */
const MANY = 10;

/**
 * @param {() => void} changed what is looked for is something else
 * @param {AbortSignal} signal
 */
export function buildSearch(changed, signal) {
  const field = el('input', {
    type: 'search', 'aria-label': words.people.search, placeholder: words.people.search,
    autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', enterkeyhint: 'search',
  });
  const none = el('p', { class: 'hint', role: 'status' });
  const element = el('div', { class: 'people-search' }, field, none);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing || field.value === '') return;
    event.preventDefault();
    field.value = '';
    changed();
  }, { signal });
  for (const type of ['input', 'blur']) field.addEventListener(type, changed, { signal });

  /**
   * @param {Contact[]} contacts everybody
   * @returns {Contact[]} who is looked for
   */
  const filter = (contacts) => {
    // Not taken away from under somebody's fingers.
    field.hidden = contacts.length < MANY && field.value === '' && document.activeElement !== field;
    const found = named(contacts, field.value);
    setText(none, contacts.length > 0 && found.length === 0 ? words.people.notFound : '');
    return found;
  };
  return { element, filter };
}
