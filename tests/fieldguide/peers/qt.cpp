// A QWebSocketServer that echoes; it goes at the text "stop", the connection's object at "gone". Prints "listening
// PORT".
#include <cstdio>

#include <QtCore/QCoreApplication>
#include <QtWebSockets/QWebSocket>
#include <QtWebSockets/QWebSocketServer>

int main(int argc, char** argv) {
  QCoreApplication app(argc, argv);
  auto* server = new QWebSocketServer("peer", QWebSocketServer::NonSecureMode);
  if (!server->listen(QHostAddress::LocalHost)) {
    return 1;
  }
  QObject::connect(server, &QWebSocketServer::newConnection, [server] {
    QWebSocket* socket = server->nextPendingConnection();
    QObject::connect(socket, &QWebSocket::textMessageReceived, [=](const QString& text) {
      if (text == "stop") {
        server->deleteLater();
      } else if (text == "gone") {
        socket->deleteLater();
      } else {
        socket->sendTextMessage(text);
      }
    });
  });
  std::printf("listening %d\n", server->serverPort());
  std::fflush(stdout);
  return app.exec();
}
