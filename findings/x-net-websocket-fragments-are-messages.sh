#!/usr/bin/env bash
# golang.org/x/net/websocket 0.7.0 (Debian 12): Message.Receive, "a single message", gives each frame of a fragmented message as a
# message of its own, so that JSON sent in fragments ends in parse errors. Guess before the run: it joins them.
# Seen:
#   in one frame: ['{"a":"bc"}']
#   in two frames: ['{"a":', '"bc"}']
. "$(dirname "$0")/common.sh"
deb golang-go 2:1.19~1
deb golang-golang-x-net-dev 1:0.7.0+dfsg-1
cat > "$work/echo.go" << 'GO'
package main

import (
	"golang.org/x/net/websocket"
	"net/http"
	"os"
)

func main() {
	http.Handle("/", websocket.Server{Handler: func(socket *websocket.Conn) {
		var text string
		for websocket.Message.Receive(socket, &text) == nil {
			websocket.Message.Send(socket, text)
		}
	}})
	http.ListenAndServe("127.0.0.1:"+os.Args[1], nil)
}
GO
GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS='' GOCACHE=$work/cache go build -o "$work/echo" "$work/echo.go"
port=$(free_port)
"$work/echo" "$port" &
listening "$port"
see fragments "$port" << 'PY'
import sys
from wire import TEXT, Wire
one, two = (Wire(int(sys.argv[1]), "/") for _ in range(2))
one.text('{"a":"bc"}')
two.send(TEXT, b'{"a":', 0)
two.send(0, b'"bc"}')
for name, w in ("one frame", one), ("two frames", two):
    print(f"in {name}:", w.until_end(2).messages)
PY
expect "in one frame: \['\{\"a\":\"bc\"\}'\]"
expect "in two frames: \['\{\"a\":', '\"bc\"\}'\]"
