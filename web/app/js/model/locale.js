/** The user's habits with dates and numbers, as far as the browser tells them well. */

/**
 * The first English language of a list, in a form that Intl takes: the words of the page are English, and exact times
 * follow the user's own habits where those are English too (day before month, 12 or 24 hours). What a browser takes
 * from its environment, such as `en-US@posix`, need not be a language tag (RFC 5646).
 *
 * @param {unknown} languages as `navigator.languages` has them
 */
export function englishOf(languages) {
  for (const language of Array.isArray(languages) ? languages : []) {
    const [tag] = /^en\b[\w-]*/i.exec(String(language)) ?? [];
    if (tag && isTag(tag)) return tag;
  }
  return 'en';
}

/** @param {string} tag */
function isTag(tag) {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
