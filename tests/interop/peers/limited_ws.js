// A server on `ws` that takes messages of at most so many bytes: limited_ws.js BYTES; prints "listening on URL" first.
"use strict";
const { WebSocketServer } = require("ws");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, maxPayload: Number(process.argv[2]) }, () =>
  console.log(`listening on ws://127.0.0.1:${server.address().port}`));
server.on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", () => socket.send('{"type":"ack"}'));
});
