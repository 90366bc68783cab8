#!/usr/bin/env bash
# Jetty 9.4.57 (Debian 12): an offer of permessage-deflate with server_max_window_bits=9 is accepted without that parameter, which RFC
# 7692 section 7.1.2.1 forbids, and with the full window of 32 KiB: a client that keeps the 512 bytes which it asked for inflates the
# first messages and fails at one that refers further back. Guess before the run: confirmed, or declined, as Tornado and aiohttp do.
# Seen:
#   agreed: permessage-deflate
#   inflated with 32 KiB: same same
#   inflated with 512 B: same invalid distance too far back
. "$(dirname "$0")/common.sh"
deb libjetty9-java 9.4.57-1.1~deb12u1
deb libjetty9-extra-java 9.4.57-1.1~deb12u1
cat > "$work/Echo.java" << 'JAVA'
import org.eclipse.jetty.server.*;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.annotations.*;
import org.eclipse.jetty.websocket.servlet.*;

public class Echo {
    @WebSocket
    public static class Socket {
        @OnWebSocketMessage
        public void message(Session session, String text) throws Exception { session.getRemote().sendString(text); }
    }

    public static class Servlet extends WebSocketServlet {
        public void configure(WebSocketServletFactory factory) { factory.register(Socket.class); }
    }

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(arguments[0]));
        server.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler();
        handler.addServlet(Servlet.class, "/");
        server.setHandler(handler);
        server.start();
    }
}
JAVA
javac -cp '/usr/share/java/*' -d "$work" "$work/Echo.java"
port=$(free_port)
java -cp "$work:/usr/share/java/*" Echo "$port" > /dev/null 2>&1 &
listening "$port"
see window "$port" << 'PY'
import random
import sys
import zlib
from wire import Wire
w = Wire(int(sys.argv[1]), "/", headers={"Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=9"})
print("agreed:", w.outcome.headers.get("sec-websocket-extensions"))
text = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=2000))
answers = []
for _ in range(2):
    w.text(text)
    answers.append(w.next_frame(10)[1])
for bits, name in ((15, "32 KiB"), (9, "512 B")):
    inflater, said = zlib.decompressobj(-bits), []
    for answer in answers:
        try:
            said.append("same" if inflater.decompress(answer + b"\0\0\xff\xff").decode() == text else "another text")
        except zlib.error as error:
            said.append(str(error).split(": ")[-1])
    print(f"inflated with {name}:", *said)
PY
expect "agreed: permessage-deflate"
expect "inflated with 32 KiB: same same"
expect "inflated with 512 B: same invalid distance too far back"
