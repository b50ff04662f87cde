import { Signaling } from 'https://your.server/lib/beckon.js';

const signaling = new Signaling();
signaling.addEventListener('state', ({ detail: { state } }) => console.log(state));
signaling.addEventListener('joined', ({ detail: { user } }) => console.log(user.userName, 'came'));
signaling.addEventListener('left', ({ detail: { user } }) => console.log(user.userName, 'is gone'));

async function login(name) {
  try {
    await signaling.login({ name, room: 'tea' });
  } catch (error) {
    if (error.code !== 'name_taken') throw error;
    await login(`${name}2`);
  }
}

await login('Ana');
console.log(signaling.me.name, 'meets', Array.from(signaling.users.values(), (user) => user.userName));
