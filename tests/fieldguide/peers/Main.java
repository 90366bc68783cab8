import java.io.File;
import java.nio.file.Files;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/** Tomcat in this process: prints "listening PORT"; a line on standard input stops the web application. */
public class Main {
  public static void main(String[] args) throws Exception {
    File base = Files.createTempDirectory("tomcat").toFile();
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(base.getPath());
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", base.getPath());
    context.addServletContainerInitializer(new WsSci(), java.util.Set.of(Chat.class));
    Tomcat.addServlet(context, "default", new org.apache.catalina.servlets.DefaultServlet());
    context.addServletMappingDecoded("/", "default");
    tomcat.start();
    System.out.println("listening " + tomcat.getConnector().getLocalPort());
    System.in.read();
    context.stop();
    Thread.sleep(Long.MAX_VALUE);
  }
}
