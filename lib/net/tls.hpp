// For the .cpp files of net/ only.
#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "net/stream.hpp"
#include "session/event.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace whydrop::net {

/// A client context: TLS 1.2 and later, the system's trust store or --cacert, the client's certificate, the key log.
/// Errors: local, where a file cannot be read or used.
Result<SslContext> make_tls_context(const TlsOptions& options);

/// A failed handshake in a stable word and what it means: "not_tls: …", "handshake_alert: …", "handshake_cut: …".
session::Failure tls_failure(const std::error_code& error);

/// One TLS client handshake and what there is to tell of it, also where it failed.
class TlsHandshake {
 public:
  /// `host`: the name (SNI) or IP literal that the certificate must carry.
  TlsHandshake(std::shared_ptr<Stream> stream,
               const SslContext& context,
               const std::string& host,
               const TlsOptions& options);
  TlsHandshake(const TlsHandshake&) = delete;
  TlsHandshake& operator=(const TlsHandshake&) = delete;
  ~TlsHandshake();

  /// `done` is called once, not from within; with operation_aborted where the handshake was given up.
  void start(Stream::Shaken done);
  /// The stream, which speaks TLS.
  std::shared_ptr<Stream> take();
  /// The fact without duration; `error` is what the handshake came to.
  session::Tls fact(const std::error_code& error);

 private:
  session::Failure failure_of(const std::error_code& error);

  std::shared_ptr<Stream> stream_;
  std::optional<TlsCodec> codec_;  ///< before start()
  session::Tls seen_;              ///< the certificate, as verification met it
};

}  // namespace whydrop::net
