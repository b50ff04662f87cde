/** Copying text. */

/**
 * Pages without a secure origin may not write to the clipboard: there the text is shown, selected.
 *
 * @param {string} text
 * @param {HTMLInputElement | HTMLTextAreaElement} field where it is shown, hidden as long as there is no need
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copyText(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    field.hidden = true;
    return true;
  } catch {
    field.hidden = false;
    field.value = text;
    field.focus();
    field.select();
    return false;
  }
}
