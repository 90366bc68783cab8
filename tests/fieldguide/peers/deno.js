// deno run --allow-net deno.js: prints "listening PORT".
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(`listening ${port}`) }, (request) => {
  if (request.headers.get("upgrade") !== "websocket") return new Response("plain");
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = (event) => socket.send(event.data);
  socket.onerror = () => {};
  return response;
});
