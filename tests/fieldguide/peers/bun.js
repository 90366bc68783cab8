// bun bun.js: prints "listening PORT".
const server = Bun.serve({
  port: 0, hostname: "127.0.0.1",
  fetch: (request, s) => (s.upgrade(request) ? undefined : new Response("plain")),
  websocket: {
    message(socket, m) { if (m === "stop") server.stop(true); else socket.send(m); },
    ...(process.argv[2] ? { idleTimeout: Number(process.argv[2]) } : {}),
  },
});
console.log(`listening ${server.port}`);
