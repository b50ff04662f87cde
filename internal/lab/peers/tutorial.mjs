// A signaling server as tutorials teach it: users in an object, JSON in and out, and everybody who comes or goes is
// told to everybody else, one message each. It is here to be measured, not to be used.
import { randomUUID } from 'node:crypto';
import { WebSocketServer } from 'ws';

const users = {};

const sendTo = (connection, message) => connection.send(JSON.stringify(message));

const sendToAll = (type, { id, name }) => {
  for (const client of Object.values(users)) {
    if (client.name !== name) {
      sendTo(client, { type, user: { id, userName: name } });
    }
  }
};

const login = (connection, name) => {
  if (users[name]) {
    sendTo(connection, { type: 'login', success: false, message: 'Username is unavailable' });
    return;
  }
  const loggedIn = Object.values(users).map(({ id, name: userName }) => ({ id, userName }));
  users[name] = connection;
  connection.name = name;
  connection.id = randomUUID();
  sendTo(connection, { type: 'login', success: true, users: loggedIn });
  sendToAll('updateUsers', connection);
};

const relay = (connection, type, name, payload) => {
  const recipient = users[name];
  if (recipient) {
    sendTo(recipient, { type, [type]: payload, name: connection.name });
  } else {
    sendTo(connection, { type: 'error', message: `User ${name} does not exist!` });
  }
};

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2] ?? 9003) });

server.on('connection', (connection) => {
  connection.on('message', (text) => {
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      console.log('Invalid JSON');
      data = {};
    }
    const { type, name } = data;
    switch (type) {
      case 'login':
        login(connection, name);
        break;
      case 'offer':
      case 'answer':
      case 'candidate':
        relay(connection, type, name, data[type]);
        break;
      case 'leave':
        sendToAll('leave', connection);
        break;
      default:
        sendTo(connection, { type: 'error', message: `Command not found: ${type}` });
    }
  });

  connection.on('close', () => {
    delete users[connection.name];
    sendToAll('leave', connection);
  });

  sendTo(connection, { type: 'connect', message: 'Well hello there, I am a WebSocket server' });
});
