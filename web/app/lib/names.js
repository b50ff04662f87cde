// When two names are one, by the server's rule (PROTOCOL.md, "Names and rooms").

/** Where they do something in a name they are allowed; names that differ in them only are one. */
const INVISIBLE = /[\u200c\u200d\ufe0f\u{e0020}-\u{e007f}]/gu;
/** How often the rules are applied at most, until they change nothing more (RFC 8266 section 2.1). */
const MOST_ROUNDS = 4;

/**
 * What is the same for all spellings of one name: the comparison of the Nickname profile (RFC 8266 section 2.4), of what
 * is visible.
 *
 * @param {string} name
 */
export function nameKey(name) {
  let key = name.replace(INVISIBLE, '');
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = compared(key);
    if (next === key) break;
    key = next;
  }
  return key;
}

/** @param {string} name */
function compared(name) {
  const tidy = name.replace(/\p{Zs}+/gu, ' ').replace(/^ | $/g, '');
  // One by one: a sigma at the end of a word is to be one like others.
  return Array.from(tidy, (character) => character.toLowerCase()).join('').normalize('NFKC');
}
