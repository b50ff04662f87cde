/**
 * The words that the page shows and says, in the user's language. The only one so far is English. Another one is a
 * module like en.js, of type Words, chosen here; its dates are chosen in model/locale.js, and index.html has a few words
 * of its own.
 */

import { en } from './en.js';

/** @typedef {typeof en} Words what every language has to have */

/** @type {Words} */
export const words = en;
