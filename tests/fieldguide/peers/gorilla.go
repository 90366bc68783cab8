// Echo servers on gorilla/websocket (/ws, /limited with a read limit of 1000) and nhooyr.io/websocket (/nhooyr). Prints
// "listening PORT".
package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/gorilla/websocket"
	nhooyr "nhooyr.io/websocket"
)

func gorilla(limit int64) http.HandlerFunc {
	upgrader := websocket.Upgrader{}
	return func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		if limit > 0 {
			conn.SetReadLimit(limit)
		}
		for {
			kind, data, err := conn.ReadMessage()
			if err != nil || string(data) == "return" {
				return
			}
			conn.WriteMessage(kind, data)
		}
	}
}

func other(w http.ResponseWriter, r *http.Request) {
	conn, err := nhooyr.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close(nhooyr.StatusInternalError, "the sky is falling")
	for {
		kind, data, err := conn.Read(r.Context())
		if err != nil || string(data) == "return" {
			return
		}
		conn.Write(r.Context(), kind, data)
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/ws", gorilla(0))
	http.HandleFunc("/limited", gorilla(1000))
	http.HandleFunc("/nhooyr", other)
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	http.Serve(listener, nil)
}
