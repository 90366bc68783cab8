# Connection 1: The server's side reset the connection (RST) without a Close frame, 3 ms after your message 1 (text, 3 B, #4).
# What follows the answer's head are frames. curl's exit code 28: the session was still open after 10 s.
curl -sS -i -N -g --path-as-is --http1.1 --max-time 10 -o - \
  -H 'Upgrade: websocket' \
  -H 'Connection: Upgrade' \
  -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
  -H 'Sec-WebSocket-Version: 13' \
  -H 'User-Agent:' \
  -H 'Accept:' \
  --url 'http://example.test/chat'
