/** Finding people by as much of the name as one cares to type. */

/**
 * @template {{name: string}} P
 * @param {P[]} people
 * @param {string} typed
 * @returns {P[]} those who have it in their names; all of them if it is nothing
 */
export function named(people, typed) {
  const wanted = folded(typed);
  return wanted ? people.filter(({ name }) => folded(name).includes(wanted)) : people;
}

/**
 * Without case, accents and other marks. In upper case, as that has one form of each letter.
 * @param {string} text
 */
function folded(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().replace(/\s+/g, ' ').trim();
}
