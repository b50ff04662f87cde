// The only script that is no module, and in the oldest words: modules that do not arrive, or that a browser does not
// understand, cannot say so themselves. (When nothing comes at all, the style sheet shows the same words after a while.)
// The words are in index.html, since those in js/words come with the modules.
(function () {
  'use strict';

  function show() {
    var words = document.getElementById('not-started'); // gone as soon as the page has started
    if (words) words.className += ' now';
  }

  window.addEventListener('error', function (event) {
    var target = /** @type {any} */ (event.target);
    if (target !== window && target.tagName !== 'SCRIPT') return; // an icon, say
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', show);
    else show();
  }, true);
})();
