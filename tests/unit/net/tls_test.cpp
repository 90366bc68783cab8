#include "net/tls.hpp"

#include "net/asio.hpp"
#include "support/source_tree.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace whydrop::net {
namespace {

TEST(TlsContext, SpeaksNothingOlderThanTls12AndNothingNewerThanAskedFor) {
  TlsOptions options;
  options.max_version = "1.2";
  const auto context = make_tls_context(options);
  ASSERT_TRUE(context) << context.error().message;
  EXPECT_EQ(SSL_CTX_get_min_proto_version(context->get()), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_max_proto_version(context->get()), TLS1_2_VERSION);
}

struct Row {
  TlsOptions options;
  std::string message, hint;
};

TEST(TlsContext, TellsWhichFileCannotBeUsed) {
  const std::string text = test::in_source_tree("LICENSE");
  Row cacert_missing{{}, "--cacert /nowhere/ca.pem: No such file or directory", ""};
  cacert_missing.options.cacert = "/nowhere/ca.pem";
  Row cacert_no_pem{{}, "--cacert " + text + ": no certificate or crl found", "give a file of PEM certificates"};
  cacert_no_pem.options.cacert = text;
  Row cert_no_pem{{}, "--cert " + text + ": no start line", "give a PEM file; its key may be in --key"};
  cert_no_pem.options.cert = text;
  for (const Row& row : {cacert_missing, cacert_no_pem, cert_no_pem}) {
    const auto context = make_tls_context(row.options);
    ASSERT_FALSE(context) << row.message;
    EXPECT_EQ(context.error().kind, ErrorKind::local);
    EXPECT_EQ(context.error().message, row.message);
    EXPECT_EQ(context.error().hint, row.hint);
  }
}

TEST(TlsHandshake, MayBeGivenUp) {
  asio::io_context context;
  asio::ip::tcp::acceptor silent(context, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  Socket socket(context);
  socket.connect(silent.local_endpoint());
  std::vector<std::error_code> told;
  {
    TlsHandshake handshake(
        std::make_shared<Stream>(std::move(socket)), *make_tls_context({}), "localhost", TlsOptions());
    handshake.start([&](const std::error_code& error) { told.push_back(error); });
    context.poll();
    EXPECT_TRUE(told.empty());
  }
  context.run();
  EXPECT_EQ(told, (std::vector<std::error_code>{asio::error::operation_aborted}));
}

TEST(TlsErrorText, BeginsWithAStableWord) {
  const auto ssl = [](int reason) {
    return std::error_code(static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, reason)), asio::error::get_ssl_category());
  };
  EXPECT_EQ(tls_failure(ssl(SSL_R_WRONG_VERSION_NUMBER)).words, "not_tls: the server does not answer in TLS");
  EXPECT_EQ(tls_failure(ssl(SSL_R_HTTP_REQUEST)).words, "not_tls: the server does not answer in TLS");
  EXPECT_EQ(tls_failure(ssl(SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)).words,
            "protocol_version: the server and we share no TLS version");
  EXPECT_EQ(tls_failure(ssl(SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE)).words,
            "handshake_alert: sslv3 alert handshake failure");
  EXPECT_EQ(tls_failure(asio::error::eof).words,
            "handshake_cut: the server closed the connection in the middle of the TLS handshake");
  EXPECT_EQ(tls_failure({ECONNRESET, asio::error::get_system_category()}).words,
            "handshake_cut: connection_reset in the middle of the TLS handshake");
}

}  // namespace
}  // namespace whydrop::net
