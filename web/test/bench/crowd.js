/** Many users of one room who do nothing but be there. */
import WebSocket from 'ws';

export class Crowd {
  #url;
  #room;
  #size = 0;
  /** @type {WebSocket[]} oldest first */
  #sockets = [];

  /** @param {string} url  of the WebSocket  @param {string} room */
  constructor(url, room) {
    this.#url = url;
    this.#room = room;
  }

  /** Lets so many come in, a hundred at a time. @param {number} count */
  async come(count) {
    for (let left = count; left > 0; left -= 100) {
      await Promise.all(Array.from({ length: Math.min(left, 100) }, () => this.#one()));
    }
  }

  /** Lets the oldest leave. @param {number} count */
  go(count) {
    for (const socket of this.#sockets.splice(0, count)) socket.close(1000);
  }

  async #one() {
    const name = `Guest ${++this.#size}`;
    const socket = new WebSocket(this.#url, 'beckon.v1');
    await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('message', () => {
        socket.send(JSON.stringify({ type: 'login', name, room: this.#room, presence: false }));
        socket.once('message', resolve);
      });
    });
    this.#sockets.push(socket);
  }
}
