#include "net/tls_codec.hpp"

#include <algorithm>
#include <climits>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace whydrop::net {

TlsCodec::TlsCodec(const SslContext& context) : ssl_(SSL_new(context.get()), SSL_free) {
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_accept_state(ssl_.get());
}

bool TlsCodec::established() const {
  return SSL_is_init_finished(ssl_.get()) == 1;
}

bool TlsCodec::feed(std::string_view wire, std::string& plain) {
  // OpenSSL's error queue is per thread: what another codec left there must not be taken for ours.
  ERR_clear_error();
  BIO_write(SSL_get_rbio(ssl_.get()), wire.data(), static_cast<int>(wire.size()));
  const bool alive = read_plain(plain);
  if (established() && !waiting_.empty()) {
    std::string held;
    held.swap(waiting_);
    encrypt(held);
  }
  return alive;
}

bool TlsCodec::read_plain(std::string& plain) {
  char buffer[16 * 1024];
  for (;;) {
    const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (got <= 0) {
      return SSL_get_error(ssl_.get(), got) == SSL_ERROR_WANT_READ;
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
