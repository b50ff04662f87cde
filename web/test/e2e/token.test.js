// A server that lets in whoever has a token.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { axeFindings } from './fixture/axe.js';
import { stage } from './fixture/stage.js';

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

for (const browser of ['chromium', 'firefox']) {
  scenario(`the page asks for a token where one is wanted: ${browser}`, async (scene) => {
    const ana = await scene.visitor(browser);
    await ana.typeName('Ana');
    await ana.press('Log in');
    await ana.reads(/token/i);
    const field = await ana.page.waitForSelector('#token', { visible: true });
    assert.ok(field);
    assert.equal(await ana.isEnabled('Log in'), false, 'without a token');
    assert.deepEqual(await axeFindings(ana.page), []);
    if (process.env.E2E_SCREENSHOTS) await ana.page.screenshot({ path: `${process.env.E2E_SCREENSHOTS}/token-${browser}.png` });
    await field.type(tokenFor('Bob'));
    await ana.press('Log in');
    await ana.reads(/the token is for "Bob"/i);
    await field.evaluate((el) => el.select());
    await field.type(tokenFor('Ana'));
    await ana.press('Log in');
    await ana.reads('Logged in as Ana');
    assert.equal(ana.page.url().includes('token'), false);
  });
}
