import jakarta.websocket.*;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;

/** Echoes; throws at "raise"; gives itself an idle time at "idle". */
@ServerEndpoint("/ws")
public class Chat {
  @OnMessage
  public String echo(String text, Session session) throws IOException {
    if (text.equals("raise")) throw new IllegalStateException("in the handler");
    if (text.equals("ioexception")) throw new IOException("in the handler");
    if (text.equals("idle")) session.setMaxIdleTimeout(3000);
    return text;
  }
}
