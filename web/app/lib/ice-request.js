// A request for fresh ICE servers that waits for its answer.

import { SignalingError } from './protocol.js';

/** How long the server may take, in ms. */
const TIMEOUT = 10_000;

/**
 * @typedef {object} IceReply
 * @property {RTCIceServer[]} iceServers
 * @property {number} ttl how long their credentials are good, in s
 */

/** All that are waiting; answers come in the order asked. */
export class IceRequests {
  /** @type {{ resolve: (reply: IceReply) => void, reject: (error: Error) => void, timeout: ReturnType<typeof setTimeout> }[]} */
  #waiting = [];

  /** @returns {Promise<IceReply>} rejects with a SignalingError */
  add() {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => this.failAll('timeout', 'The server does not answer'), TIMEOUT);
      this.#waiting.push({ resolve, reject, timeout });
    });
  }

  /** @param {IceReply} reply */
  answered(reply) {
    const oldest = this.#waiting.shift();
    clearTimeout(oldest?.timeout);
    oldest?.resolve(reply);
  }

  /** @param {import('./protocol.js').ErrorCode} code @param {string} message */
  failAll(code, message) {
    for (const { reject, timeout } of this.#waiting.splice(0)) {
      clearTimeout(timeout);
      reject(new SignalingError(code, message));
    }
  }
}
