import { Signaling } from 'https://your.server/lib/beckon.js';
import { checkBrowser, checkServers } from 'https://your.server/lib/check.js';

const signaling = new Signaling();
await signaling.login({ name: 'Ana' });
const { iceServers } = await signaling.ice(); // fresh credentials

const browser = await checkBrowser();
console.log('browser', browser.outcome);
for (const { url, outcome, code } of await checkServers(iceServers, { timeout: 5_000 })) console.log(url, outcome, code);
