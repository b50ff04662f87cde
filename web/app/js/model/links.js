/**
 * Links in what somebody has written: addresses that begin with `https:` or `mailto:`. The text stays as written. Where
 * it might lead elsewhere than it seems to, there is no link.
 */

/**
 * @typedef {object} Part
 * @property {string} text  as written
 * @property {string} href  where it leads; '' = it is no link
 */

/** The most links in one text: each is an element, and a stop for whoever goes by the keyboard. */
export const MAX_LINKS = 100;

/**
 * What may be a link, unless it is the end of a longer word. What has no place in an address ends it, and so does the
 * punctuation of languages without spaces, and what nobody sees, such as a change of direction: except for joiners,
 * which some scripts cannot do without.
 */
const CANDIDATE = /(?:^|\W)((?:https:\/\/|mailto:)(?:[^\s<>"`，。、；：！？\p{Cc}\p{Cf}]|[\u200c\u200d])+)/giu;

/**
 * A host is letters, digits and few signs: so there is no user before it, as in bank@example.org, and nothing that
 * looks like the slash behind it.
 */
const SHAPE = /^(?:https:\/\/[\p{L}\p{M}\p{N}_.-]+(?::\d+)?(?:[/?#]|$)|mailto:[^@?#\\]+@[\p{L}\p{M}\p{N}_.-]+(?:\?|$))/iu;

/** @type {ReadonlyMap<string, string>} */
const BRACKETS = new Map([['(', ')'], ['[', ']'], ['{', '}'], ['（', '）'], ['「', '」'], ['『', '』'], ['【', '】'], ['《', '》']]);
const CLOSING = new Set(BRACKETS.values());

/** What belongs to the sentence when it is at the end. */
const PUNCTUATION = /[.,:;!?'…\p{Pi}\p{Pf}]/u;

/**
 * Takes time in proportion to the length of the text, whatever is in it.
 *
 * @param {string} text
 * @returns {Part[]} all of the text, in order
 */
export function linkParts(text) {
  /** @type {Part[]} */
  const parts = [];
  let links = 0;
  let done = 0;
  for (const { 0: match, 1: found, index } of text.matchAll(CANDIDATE)) {
    const link = sentenceCutOff(found);
    const href = hrefOf(link);
    if (!href) continue;
    const start = index + match.length - found.length;
    if (start > done) parts.push({ text: text.slice(done, start), href: '' });
    parts.push({ text: link, href });
    done = start + link.length;
    if (++links === MAX_LINKS) break;
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: '' });
  return parts;
}

/** @param {string} found */
function sentenceCutOff(found) {
  let end = balancedLength(found);
  while (end > 0 && PUNCTUATION.test(found[end - 1])) end--;
  return found.slice(0, end);
}

/**
 * Up to the first bracket that has no other half.
 * @param {string} text
 */
function balancedLength(text) {
  /** @type {{at: number, closing: string}[]} */
  const open = [];
  for (let at = 0; at < text.length; at++) {
    const closing = BRACKETS.get(text[at]);
    if (closing) open.push({ at, closing });
    else if (!CLOSING.has(text[at])) continue;
    else if (open.at(-1)?.closing === text[at]) open.pop();
    else return open[0]?.at ?? at;
  }
  return open[0]?.at ?? text.length;
}

/** @param {string} link */
function hrefOf(link) {
  if (!SHAPE.test(link)) return '';
  try {
    const { protocol, href } = new URL(link);
    return protocol === 'https:' || protocol === 'mailto:' ? href : '';
  } catch {
    return ''; // a port or a host that there cannot be
  }
}
