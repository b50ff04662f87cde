// A server that lets in whoever has a token.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { axeFindings } from './fixture/axe.js';
import { stage } from './fixture/stage.js';
import { eventually } from './fixture/wait.js';

const secret = 'a secret of at least thirty-two bytes';
const folder = mkdtempSync(join(tmpdir(), 'beckon-token-'));
const file = join(folder, 'secret');
writeFileSync(file, secret, { mode: 0o600 });
after(() => rmSync(folder, { recursive: true }));

const scenario = stage({
  browsers: { chromium: 'chromium', firefox: 'firefox' },
  serverArgs: [`--auth-jwt-secret-file=${file}`],
});

/** A JSON Web Token (RFC 7519) for a name. */
function tokenFor(/** @type {string} */ sub) {
  const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, exp: Math.floor(Date.now() / 1000) + 600 })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** @typedef {import('./fixture/person.js').Person} Person */

/** The field, once it is there to be typed into. */
const tokenField = (/** @type {Person} */ { page }) => eventually('the token is asked for', () => page.waitForSelector('#token', { visible: true }));

const address = (/** @type {Person} */ { page }) => page.evaluate(() => location.href);

/** Opens the page with a token in the link. */
async function follow(/** @type {Person} */ person, /** @type {string} */ token) {
  await person.page.goto('about:blank');
  await person.page.goto(`${person.url}#token=${token}`);
}

for (const browser of ['chromium', 'firefox']) {
  scenario(`the page asks for a token first where one is wanted, and keeps it until one logs out: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    const field = await tokenField(ana);
    await ana.typeName('Ana');
    assert.equal(await ana.isEnabled('Log in'), false, 'without a token');
    assert.deepEqual(await axeFindings(ana.page), []);
    if (process.env.E2E_SCREENSHOTS) await ana.page.screenshot({ path: `${process.env.E2E_SCREENSHOTS}/token-${browser}.png` });
    await field.type(tokenFor('Bob'));
    await ana.press('Log in');
    await ana.reads(/the token is for "Bob"/i);
    await field.evaluate((el) => /** @type {HTMLInputElement} */ (el).select());
    await field.type(tokenFor('Ana'));
    await ana.press('Log in');
    await ana.reads('Logged in as Ana');
    assert.equal((await address(ana)).includes('token'), false);

    await ana.page.reload();
    await tokenField(ana);
    await ana.logIn('Ana');
    await ana.logOut();
    assert.equal(await (await tokenField(ana)).evaluate((el) => /** @type {HTMLInputElement} */ (el).value), '');
  });

  scenario(`the page takes a token from the link, and out of the address: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    await follow(ana, tokenFor('Ana'));
    await tokenField(ana);
    assert.equal(await address(ana), ana.url);
    await ana.logIn('Ana');
    await ana.logOut();
    // Into the address bar of the page as it is: nothing is loaded anew.
    await ana.page.evaluate((token) => { location.hash = `token=${token}`; }, tokenFor('Ana'));
    await eventually('the address is clean', async () => (await address(ana)) === ana.url);
    await ana.logIn('Ana');
  });
}
