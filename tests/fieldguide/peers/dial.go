// Clients on gorilla/websocket and nhooyr.io/websocket: dial NAME URL [SUBPROTOCOL]. Prints as clients.js does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/gorilla/websocket"
	nhooyr "nhooyr.io/websocket"
)

func say(err error) {
	text, _ := json.Marshal(map[string]string{"error": err.Error()})
	fmt.Println(string(text))
}

func main() {
	url, subprotocols := os.Args[2], os.Args[3:]
	if os.Args[1] == "gorilla" {
		dialer := websocket.Dialer{Subprotocols: subprotocols}
		conn, _, err := dialer.Dial(url, nil)
		for err == nil {
			_, _, err = conn.ReadMessage()
		}
		say(err)
		return
	}
	ctx := context.Background()
	conn, _, err := nhooyr.Dial(ctx, url, &nhooyr.DialOptions{Subprotocols: subprotocols, CompressionMode: nhooyr.CompressionDisabled})
	for err == nil {
		_, _, err = conn.Read(ctx)
	}
	say(err)
}
