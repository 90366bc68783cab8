#include "net/tls.hpp"

#include "net/certificate.hpp"
#include "net/ending.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace whydrop::net {

using session::Cause;

namespace {

struct Named {
  int number;
  Cause cause;
  std::string_view says;
};

/// The cause's name, then what it means.
session::Failure named(Cause cause, std::string_view says) {
  return {cause, fmt::format("{}: {}", session::name(cause), says)};
}

/// X509_V_ERR_* to our causes. What is not here is told in OpenSSL's words.
constexpr std::array<Named, 11> kVerifyErrors{{
    {X509_V_ERR_HOSTNAME_MISMATCH, Cause::hostname_mismatch, "the certificate is for another name"},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, Cause::hostname_mismatch, "the certificate is not for this address"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, Cause::self_signed, "the certificate signs itself"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, Cause::unknown_issuer, "the chain ends in a root that is not trusted here"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, Cause::unknown_issuer, "an issuer in the chain is not known here"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, Cause::unknown_issuer, "the issuer is not known here"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
     Cause::unknown_issuer,
     "the server did not send its issuer's certificate"},
    {X509_V_ERR_CERT_UNTRUSTED, Cause::unknown_issuer, "the issuer is not trusted here"},
    {X509_V_ERR_CERT_HAS_EXPIRED, Cause::expired, "a certificate of the chain has expired"},
    {X509_V_ERR_CERT_NOT_YET_VALID, Cause::not_yet_valid, "a certificate of the chain is not valid yet"},
    {X509_V_ERR_CERT_REVOKED, Cause::revoked, "a certificate of the chain is revoked"},
}};

/// Reasons of a failed handshake that mean that the peer does not speak TLS at all.
constexpr std::array<int, 8> kNotTls{SSL_R_WRONG_VERSION_NUMBER,
                                     SSL_R_HTTP_REQUEST,
                                     SSL_R_HTTPS_PROXY_REQUEST,
                                     SSL_R_PACKET_LENGTH_TOO_LONG,
                                     SSL_R_UNEXPECTED_MESSAGE,
                                     SSL_R_BAD_RECORD_TYPE,
                                     SSL_R_ENCRYPTED_LENGTH_TOO_LONG,
                                     SSL_R_UNEXPECTED_RECORD};

constexpr std::array<int, 6> kProtocolVersion{SSL_R_UNSUPPORTED_PROTOCOL,
                                              SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
                                              SSL_R_NO_PROTOCOLS_AVAILABLE,
                                              SSL_R_UNSUPPORTED_SSL_VERSION,
                                              SSL_R_UNKNOWN_SSL_VERSION,
                                              SSL_R_WRONG_SSL_VERSION};

template <typename Table>
bool contains(const Table& table, int value) {
  return std::find(table.begin(), table.end(), value) != table.end();
}

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string time_text(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return {};
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                     parts.tm_year + 1900,
                     parts.tm_mon + 1,
                     parts.tm_mday,
                     parts.tm_hour,
                     parts.tm_min,
                     parts.tm_sec);
}

session::Failure nameless() {
  return named(Cause::hostname_mismatch, "the certificate has no subjectAltName; --allow-cn takes it by its CN");
}

using OwnedCertificate = std::unique_ptr<X509, decltype(&X509_free)>;

/// Null for what is no certificate.
OwnedCertificate read_certificate(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                      BIO_free);
  OwnedCertificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  ERR_clear_error();
  return certificate;
}

constexpr int kMaxChain = 10;
constexpr int kMaxNames = 20;

/// subjectAltName. RFC 5280 section 4.2.1.6.
std::vector<std::string> names_of(const X509& certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> given(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; i < std::min(sk_GENERAL_NAME_num(given.get()), kMaxNames); ++i) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    GENERAL_NAME_print(bio.get(), sk_GENERAL_NAME_value(given.get(), i));
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    names.emplace_back(text, static_cast<std::size_t>(size));
  }
  return names;
}

session::Certificate certificate_of(const X509& certificate) {
  const X509_NAME* subject = X509_get_subject_name(&certificate);
  const X509_NAME* issuer = X509_get_issuer_name(&certificate);
  return {name_text(subject),
          name_text(issuer),
          names_of(certificate),
          time_text(X509_get0_notBefore(&certificate)),
          time_text(X509_get0_notAfter(&certificate)),
          X509_NAME_cmp(subject, issuer) == 0};
}

/// The certificates as the server sent them.
std::vector<session::Certificate> chain_of(X509_STORE_CTX* verification) {
  std::vector<session::Certificate> chain;
  const STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(verification);
  for (int i = 0; i < std::min(sk_X509_num(sent), kMaxChain); ++i) {
    chain.push_back(certificate_of(*sk_X509_value(sent, i)));
  }
  return chain;
}

void describe(session::Tls& fact, const X509& certificate) {
  fact.subject = name_text(X509_get_subject_name(&certificate));
  fact.issuer = name_text(X509_get_issuer_name(&certificate));
  fact.not_before = time_text(X509_get0_notBefore(&certificate));
  fact.not_after = time_text(X509_get0_notAfter(&certificate));
}

std::string last_reason() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "it cannot be used" : text;
}

tl::unexpected<Error> file_fault(std::string_view what, const std::string& path, std::string hint) {
  const std::string reason = last_reason();
  if (::access(path.c_str(), R_OK) != 0) {
    return fail(ErrorKind::local, fmt::format("{} {}: {}", what, path, std::generic_category().message(errno)));
  }
  return fail(ErrorKind::local, fmt::format("{} {}: {}", what, path, reason), std::move(hint));
}

/// Our slot in a context. Its app data is Asio's.
int key_log_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

/// Where OpenSSL's key log callback writes; one file a run, opened when first used.
void log_key(const SSL* ssl, const char* line) {
  const auto* path = static_cast<const std::string*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), key_log_slot()));
  const int file = ::open(path->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file >= 0) {
    const std::string text = std::string(line) + "\n";
    // A key log that cannot be written loses decryption later, not this session.
    [[maybe_unused]] const auto written = ::write(file, text.data(), text.size());
    ::close(file);
  }
}

int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const int length = static_cast<int>(text.copy(buffer, static_cast<std::size_t>(size)));
  return length;
}

/// The directory is read name by name as issuers are met; the one big file costs 20 ms of parsing, so it is read only
/// where it was asked for or stands alone.
void trust_system(SSL_CTX* context) {
  SSL_CTX_set_default_verify_dir(context);
  const bool asked = std::getenv(X509_get_default_cert_file_env()) != nullptr;
  if (asked || ::access(X509_get_default_cert_dir(), R_OK | X_OK) != 0) {
    SSL_CTX_set_default_verify_file(context);
  }
}

Result<void> trust(SSL_CTX* context, const TlsOptions& options) {
  if (options.cacert.empty()) {
    trust_system(context);
  } else if (SSL_CTX_load_verify_file(context, options.cacert.c_str()) != 1) {
    return file_fault("--cacert", options.cacert, "give a file of PEM certificates");
  }
  return {};
}

Result<void> identify(SSL_CTX* context, const TlsOptions& options) {
  if (options.cert.empty()) {
    return {};
  }
  const std::string& key = options.key.empty() ? options.cert : options.key;
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, const_cast<std::string*>(&options.pass));
  const bool cert_ok = SSL_CTX_use_certificate_chain_file(context, options.cert.c_str()) == 1;
  const bool key_ok = cert_ok && SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (!cert_ok) {
    return file_fault("--cert", options.cert, "give a PEM file; its key may be in --key");
  }
  if (!key_ok) {
    return file_fault("--key", key, "give the key of --cert as PEM; --pass opens one with a password");
  }
  return {};
}

/// Keeps the text that the key log's callback needs as long as the context lives.
struct KeyLoggedContext {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  std::string key_log_file;
};

/// Our slot in a connection, for what verification meets.
int seen_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

/// OpenSSL forgets a certificate that it refuses; here is where it can be seen all the same.
int note_certificate(int ok, X509_STORE_CTX* verification) {
  const auto* ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const place = static_cast<session::Tls*>(SSL_get_ex_data(ssl, seen_slot()));
  if (place == nullptr) {  // a renegotiation: nobody looks any more
    return ok;
  }
  session::Tls& seen = *place;
  if (const X509* leaf = X509_STORE_CTX_get0_cert(verification); leaf != nullptr) {
    describe(seen, *leaf);
  }
  if (seen.chain.empty()) {
    seen.chain = chain_of(verification);
  }
  return ok;
}

}  // namespace

Result<SslContext> make_tls_context(const TlsOptions& options) {
  const auto owner = std::make_shared<KeyLoggedContext>();
  SSL_CTX* context = owner->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (options.max_version == "1.2") {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  }
  if (const auto trusted = trust(context, options); !trusted) {
    return tl::unexpected(trusted.error());
  }
  if (const auto identified = identify(context, options); !identified) {
    return tl::unexpected(identified.error());
  }
  if (!options.key_log_file.empty()) {
    owner->key_log_file = options.key_log_file;
    SSL_CTX_set_ex_data(context, key_log_slot(), &owner->key_log_file);
    SSL_CTX_set_keylog_callback(context, log_key);
  }
  return SslContext(owner, context);
}

TlsHandshake::TlsHandshake(std::shared_ptr<Stream> stream,
                           const SslContext& context,
                           const std::string& host,
                           const TlsOptions& options)
    : stream_(std::move(stream)), codec_(TlsCodec(context, TlsCodec::Role::client)) {
  SSL* ssl = codec_->ssl();
  X509_VERIFY_PARAM* expected = SSL_get0_param(ssl);
  std::error_code not_literal;
  asio::ip::make_address(host, not_literal);
  if (not_literal) {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    X509_VERIFY_PARAM_set_hostflags(
        expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | (options.allow_cn ? 0 : X509_CHECK_FLAG_NEVER_CHECK_SUBJECT));
    X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str());
  }
  static constexpr std::array<unsigned char, 9> kAlpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(ssl, kAlpn.data(), kAlpn.size());
  SSL_set_ex_data(ssl, seen_slot(), &seen_);
  SSL_set_verify(ssl, options.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, note_certificate);
}

TlsHandshake::~TlsHandshake() {
  if (stream_) {
    stream_->close();
  }
}

std::shared_ptr<Stream> TlsHandshake::take() {
  SSL_set_ex_data(stream_->codec().ssl(), seen_slot(), nullptr);
  return std::move(stream_);
}

void TlsHandshake::start(Stream::Shaken done) {
  stream_->shake_hands(*std::exchange(codec_, std::nullopt), std::move(done));
}

session::Tls TlsHandshake::fact(const std::error_code& error) {
  SSL* ssl = stream_->codec().ssl();
  session::Tls fact = seen_;
  if (error) {
    session::Failure failure = failure_of(error);
    fact.error = std::move(failure.words);
    fact.cause = failure.cause;
  } else {
    const unsigned char* alpn = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &alpn, &size);
    fact.alpn.assign(reinterpret_cast<const char*>(alpn), size);
    fact.version = SSL_get_version(ssl);
    fact.cipher = SSL_get_cipher_name(ssl);
    fact.verified = SSL_get_verify_result(ssl) == X509_V_OK;
  }
  return fact;
}

session::Failure TlsHandshake::failure_of(const std::error_code& error) {
  const bool refused = error.category() == asio::error::get_ssl_category() &&
                       ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  if (!refused) {
    return tls_failure(error);
  }
  const session::Failure failure = certificate_failure(SSL_get_verify_result(stream_->codec().ssl()));
  return failure.cause == Cause::hostname_mismatch && !seen_.chain.empty() && seen_.chain.front().names.empty()
             ? nameless()
             : failure;
}

session::Failure certificate_failure(long verify_result) {
  for (const Named& known : kVerifyErrors) {
    if (known.number == verify_result) {
      return named(known.cause, known.says);
    }
  }
  return {Cause::other, fmt::format("certificate_refused: {}", X509_verify_cert_error_string(verify_result))};
}

std::optional<session::Failure> nameless_failure(std::string_view pem) {
  const auto certificate = read_certificate(pem);
  return certificate && names_of(*certificate).empty() ? std::optional(nameless()) : std::nullopt;
}

void describe_certificate(session::Tls& fact, std::string_view pem) {
  if (const auto certificate = read_certificate(pem)) {
    describe(fact, *certificate);
  }
}

session::Failure tls_failure(const std::error_code& error) {
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return named(Cause::handshake_cut, "the server closed the connection in the middle of the TLS handshake");
  }
  if (error.category() != asio::error::get_ssl_category()) {
    return named(Cause::handshake_cut, fmt::format("{} in the middle of the TLS handshake", error_name(error)));
  }
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  if (contains(kProtocolVersion, reason)) {
    return named(Cause::protocol_version, "the server and we share no TLS version");
  }
  if (contains(kNotTls, reason)) {
    return named(Cause::not_tls, "the server does not answer in TLS");
  }
  const char* words = ERR_reason_error_string(static_cast<unsigned long>(error.value()));
  const std::string_view says = words == nullptr ? "unknown" : words;
  // Alerts of the peer are the reasons from 1000 on.
  return reason >= SSL_AD_REASON_OFFSET ? named(Cause::handshake_alert, says)
                                        : session::Failure{Cause::other, fmt::format("handshake_failed: {}", says)};
}

}  // namespace whydrop::net
