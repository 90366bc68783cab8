import jakarta.websocket.*;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.*;

/** Clients of the JDK and of Tomcat: Dial NAME URL. Prints as clients.js does. */
public class Dial {
  static void say(String key, Object value) {
    System.out.println("{\"" + key + "\": \"" + String.valueOf(value).replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\r\\n]", " ") + "\"}");
  }
  /** Of a failure and its causes, the first that says something. */
  static void failed(Throwable t) {
    while (t.getCause() != null && (t.getMessage() == null || t instanceof ExecutionException || t instanceof CompletionException)) t = t.getCause();
    say("error", t.getMessage() == null ? t.getClass().getName() : t.getMessage());
  }
  static void closed(int code, String reason) {
    System.out.println("{\"code\": " + code + ", \"reason\": \"" + String.valueOf(reason).replace("\"", "'") + "\"}");
  }
  public static void main(String[] args) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    if (args[0].equals("jdk")) {
      try {
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(args[1]), new WebSocket.Listener() {
          public void onError(WebSocket socket, Throwable error) { failed(error); done.countDown(); }
          public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed(code, reason); done.countDown(); return null; }
        }).get();
        done.await(8, TimeUnit.SECONDS);
      } catch (ExecutionException error) { failed(error); }
    } else {
      try {
        ContainerProvider.getWebSocketContainer().connectToServer(new Endpoint() {
          public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, text -> {});
          }
          public void onClose(Session session, CloseReason reason) {
            closed(reason.getCloseCode().getCode(), reason.getReasonPhrase()); done.countDown(); }
          public void onError(Session session, Throwable error) { say("error", error.getMessage()); }
        }, ClientEndpointConfig.Builder.create().build(), URI.create(args[1]));
        done.await(8, TimeUnit.SECONDS);
      } catch (Exception error) { failed(error); }
    }
    System.exit(0);
  }
}
