// Candidates and descriptions in the forms that other clients give them, in real browsers: both sides send them so.
import { stage } from './fixture/stage.js';

const scenario = stage({ browsers: { chromium: 'chromium', firefox: 'firefox' } });

/** What becomes of a payload; as text, to be handed to a page. @type {Record<string, string>} */
const forms = {
  'without mid and index': 'type === "candidate" ? { candidate: payload.candidate, sdpMid: null, sdpMLineIndex: null } : payload',
  'an unknown mid': 'type === "candidate" ? { candidate: payload.candidate, sdpMid: "data", sdpMLineIndex: null } : payload',
  'label and id': 'type === "candidate" ? { type: "candidate", label: 0, id: "data", candidate: payload.candidate } : payload',
  'bare text': 'type === "candidate" ? payload.candidate : payload.sdp',
  'descriptions without type': 'type === "candidate" ? payload : { sdp: payload.sdp }',
};

for (const [one, other] of [['chromium', 'firefox'], ['firefox', 'chromium']]) {
  for (const [title, form] of Object.entries(forms)) {
    scenario(`${one} calls ${other}: ${title}`, async (scene) => {
      const [ana, bob] = [await scene.visitor(one), await scene.visitor(other)];
      for (const person of [ana, bob]) {
        await person.page.evaluateOnNewDocument(`
          const send = WebSocket.prototype.send;
          WebSocket.prototype.send = function (data) {
            const frame = JSON.parse(data);
            const { type, [type]: payload } = frame;
            if (payload) frame[type] = ${form};
            send.call(this, JSON.stringify(frame));
          };`);
        await person.page.reload();
      }
      await ana.logIn('Ana');
      await bob.logIn('Bob');
      await ana.startChat('Bob');
      await bob.isConnectedTo('Ana');
    });
  }
}
