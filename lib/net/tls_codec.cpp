#include "net/tls_codec.hpp"

#include "net/asio.hpp"

#include <algorithm>
#include <climits>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace whydrop::net {
namespace {

/// What SSL_read says in place of bytes, as Asio's streams have it.
std::error_code end_of_read(int reason) {
  if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
    return {};
  }
  if (reason == SSL_ERROR_ZERO_RETURN) {
    return asio::error::eof;
  }
  return {static_cast<int>(ERR_get_error()), asio::error::get_ssl_category()};
}

}  // namespace

TlsCodec::TlsCodec(const SslContext& context, Role role) : ssl_(SSL_new(context.get()), SSL_free) {
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (role == Role::client) {
    SSL_set_connect_state(ssl_.get());
  } else {
    SSL_set_accept_state(ssl_.get());
  }
}

void TlsCodec::begin() {
  ERR_clear_error();
  SSL_do_handshake(ssl_.get());
}

bool TlsCodec::established() const {
  return SSL_is_init_finished(ssl_.get()) == 1;
}

std::error_code TlsCodec::feed(std::string_view wire, std::string& plain) {
  // OpenSSL's error queue is per thread: what another codec left there must not be taken for ours.
  ERR_clear_error();
  BIO_write(SSL_get_rbio(ssl_.get()), wire.data(), static_cast<int>(wire.size()));
  const std::error_code end = read_plain(plain);
  if (established() && !waiting_.empty()) {
    std::string held;
    held.swap(waiting_);
    encrypt(held);
  }
  return end;
}

std::error_code TlsCodec::read_plain(std::string& plain) {
  char buffer[16 * 1024];
  for (;;) {
    const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (got <= 0) {
      return end_of_read(SSL_get_error(ssl_.get(), got));
    }
    plain.append(buffer, static_cast<std::size_t>(got));
  }
}

void TlsCodec::encrypt(std::string_view plain) {
  if (!established()) {
    waiting_.append(plain);
    return;
  }
  ERR_clear_error();
  while (!plain.empty()) {
    const int size = static_cast<int>(std::min<std::size_t>(plain.size(), INT_MAX));
    const int put = SSL_write(ssl_.get(), plain.data(), size);
    if (put <= 0) {
      return;
    }
    plain.remove_prefix(static_cast<std::size_t>(put));
  }
}

void TlsCodec::close_notify() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

std::string TlsCodec::take_output() {
  BIO* out = SSL_get_wbio(ssl_.get());
  std::string bytes(BIO_ctrl_pending(out), '\0');
  if (!bytes.empty()) {
    BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  }
  return bytes;
}

}  // namespace whydrop::net
