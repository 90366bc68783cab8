import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.annotations.OnWebSocketMessage;
import org.eclipse.jetty.websocket.api.annotations.WebSocket;
import org.eclipse.jetty.websocket.servlet.WebSocketServlet;
import org.eclipse.jetty.websocket.servlet.WebSocketServletFactory;

/** Jetty in this process, run from its source: prints "listening PORT"; a line on standard input stops the server. */
public class Jetty {
  @WebSocket
  public static class Chat {
    @OnWebSocketMessage
    public void message(Session session, String text) throws Exception {
      if (text.equals("raise")) {
        throw new IllegalStateException();
      }
      session.getRemote().sendString(text);
    }
  }

  public static class Plain extends WebSocketServlet {
    @Override
    public void configure(WebSocketServletFactory factory) {
      factory.register(Chat.class);
    }
  }

  public static class Impatient extends Plain {
    @Override
    public void configure(WebSocketServletFactory factory) {
      factory.getPolicy().setIdleTimeout(3000);
      super.configure(factory);
    }
  }

  public static void main(String[] args) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(Plain.class, "/ws");
    context.addServlet(Impatient.class, "/impatient");
    server.setHandler(context);
    server.start();
    System.out.println("listening " + connector.getLocalPort());
    System.in.read();
    server.stop();
    Thread.sleep(Long.MAX_VALUE);
  }
}
