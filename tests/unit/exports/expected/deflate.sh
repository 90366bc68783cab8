# Connection 1: You closed the session normally (1000) and the server confirmed it.
# What follows the answer's head are frames. curl's exit code 28: the session was still open after 10 s.
curl -sS -i -N -g --path-as-is --http1.1 --max-time 10 -o - \
  -H 'Upgrade: websocket' \
  -H 'Connection: Upgrade' \
  -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
  -H 'Sec-WebSocket-Version: 13' \
  -H 'Sec-WebSocket-Extensions: permessage-deflate' \
  -H 'User-Agent:' \
  -H 'Accept:' \
  --url 'http://example.test/chat'
