# Connection 1: The server's answer names the Origin (HTTP/1.1 403 Forbidden: "Origin not allowed"). No Origin was sent.
# Masked values are variables, which must be set:
#   SECRET_AUTHORIZATION: 8 bytes of the header Authorization
# What follows the answer's head are frames. curl's exit code 28: the session was still open after 10 s.
curl -sS -i -N -g --path-as-is --http1.1 --max-time 10 -o - \
  -H 'Upgrade: websocket' \
  -H 'Connection: Upgrade' \
  -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
  -H 'Sec-WebSocket-Version: 13' \
  -H 'Authorization: Bearer '"${SECRET_AUTHORIZATION:?}"'' \
  -H 'User-Agent:' \
  -H 'Accept:' \
  --url 'http://example.test/chat'
