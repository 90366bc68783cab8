#include "auth/transfer.hpp"

#include "auth/route.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "net/certificate.hpp"
#include "net/ending.hpp"
#include "net/proxy_address.hpp"
#include "session/heads.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace whydrop::auth {

using session::Cause;
using session::EndedBy;
using session::EndingHow;

namespace {

constexpr int kPollMs = 60'000;
constexpr std::string_view kCut = "the server closed the connection in the middle of the TLS handshake";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string number_or_empty(std::uint16_t port) {
  return port == 0 ? "" : std::to_string(port);
}

/// What system errors and libcurl's words say of a TLS handshake that failed, in our stable words.
session::Failure handshake_failure(std::string_view words) {
  struct Row {
    std::string_view part;
    Cause cause;
    std::string_view says;
  };
  static constexpr std::array<Row, 7> kRows{{
      {"wrong version number", Cause::not_tls, "the server does not answer in TLS"},
      {"packet length too long", Cause::not_tls, "the server does not answer in TLS"},
      {"http request", Cause::not_tls, "the server does not answer in TLS"},
      {"unsupported protocol", Cause::protocol_version, "the server and we share no TLS version"},
      {"alert protocol version", Cause::protocol_version, "the server and we share no TLS version"},
      {"unexpected eof", Cause::handshake_cut, kCut},
      {"SSL_ERROR_SYSCALL", Cause::handshake_cut, kCut},
  }};
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return contains(words, r.part); });
  if (row != kRows.end()) {
    return {row->cause, fmt::format("{}: {}", name(row->cause), row->says)};
  }
  const std::size_t reason = words.rfind(':');
  const std::string_view last = reason == std::string_view::npos ? words : words.substr(reason + 1);
  const bool alert = contains(words, "alert");
  return {alert ? Cause::handshake_alert : Cause::other,
          fmt::format("{}: {}",
                      alert ? "handshake_alert" : "handshake_failed",
                      last.substr(std::min(last.size(), last.find_first_not_of(' '))))};
}

/// libcurl opens the key log itself; made here it is for its owner's eyes only.
void prepare_key_log(const std::string& path) {
  const int file = path.empty() ? -1 : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
  }
}

}  // namespace

/// libcurl's lists, which must live as long as the transfer.
struct Transfer::Lists {
  explicit Lists(const Curl& given) : curl(given) {}
  Lists(const Lists&) = delete;
  Lists& operator=(const Lists&) = delete;
  ~Lists() {
    for (curl_slist* list : {headers, resolve, connect_to}) {
      curl.slist_free_all(list);
    }
  }
  void add(curl_slist*& list, const std::string& text) const {
    if (curl_slist* longer = curl.slist_append(list, text.c_str()); longer != nullptr) {
      list = longer;
    }
  }
  const Curl& curl;
  curl_slist *headers = nullptr, *resolve = nullptr, *connect_to = nullptr;
};

Transfer::Transfer(const Curl& curl, HttpRequest request, net::ConnectOptions options, Tell tell)
    : curl_(curl),
      request_(std::move(request)),
      options_(std::move(options)),
      tell_(std::move(tell)),
      easy_(curl.easy_init()),
      multi_(curl.multi_init()),
      lists_(std::make_unique<Lists>(curl)),
      error_(CURL_ERROR_SIZE, '\0'),
      secure_(options_.url.tls) {}

Transfer::~Transfer() {
  curl_.easy_cleanup(easy_);
  curl_.multi_cleanup(multi_);
}

std::string Transfer::text_info(CURLINFO wanted) const {
  const char* text = info<const char*>(wanted);
  return text == nullptr ? "" : text;
}

// ---- what is asked for ----------------------------------------------------------------------------------------------

void Transfer::set_request() {
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (!request_.body.empty() || request_.method == "POST") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request_.body.c_str());
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.body.size()));
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  bool typed = false;
  for (const auto& [name, value] : request_.headers) {
    lists_->add(lists_->headers, value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
    typed = typed || handshake::same_token(name, "Content-Type");
  }
  if (!typed) {
    lists_->add(lists_->headers, "Content-Type:");  // libcurl's own would be a guess
  }
  lists_->add(lists_->headers, "Expect:");
  set(CURLOPT_HTTPHEADER, lists_->headers);
  if (!options_.user_agent.empty()) {
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  }
}

void Transfer::set_tls() {
  const net::TlsOptions& tls = options_.tls;
  set(CURLOPT_SSL_VERIFYPEER, tls.insecure ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, tls.insecure ? 0L : 2L);
  set(CURLOPT_SSLVERSION,
      tls.max_version == "1.2" ? static_cast<long>(CURL_SSLVERSION_TLSv1_2) | CURL_SSLVERSION_MAX_TLSv1_2
                               : static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CERTINFO, 1L);
  // The variables that OpenSSL reads, and libcurl does not.
  const char* file = std::getenv("SSL_CERT_FILE");
  const char* directory = std::getenv("SSL_CERT_DIR");
  if (!tls.cacert.empty()) {
    set(CURLOPT_CAINFO, tls.cacert.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  } else if (file != nullptr || directory != nullptr) {
    set(CURLOPT_CAINFO, file);
    set(CURLOPT_CAPATH, directory);
  }
  if (!tls.cert.empty()) {
    set(CURLOPT_SSLCERT, tls.cert.c_str());
    set(CURLOPT_SSLKEY, (tls.key.empty() ? tls.cert : tls.key).c_str());
    set(CURLOPT_KEYPASSWD, tls.pass.c_str());
  }
  prepare_key_log(tls.key_log_file);
}

void Transfer::set_path() {
  // "" keeps libcurl from reading the environment, which has been read.
  set(CURLOPT_PROXY, options_.proxy.url.c_str());
  set(CURLOPT_NOPROXY, "");
  set(CURLOPT_HTTPPROXYTUNNEL, 1L);
  if (!options_.proxy.user.empty()) {
    set(CURLOPT_PROXYUSERNAME, options_.proxy.user.c_str());
    set(CURLOPT_PROXYPASSWORD, options_.proxy.password.c_str());
  }
  for (const net::AddressOverride& rule : options_.overrides) {
    if (rule.addresses.empty()) {
      lists_->add(lists_->connect_to,
                  fmt::format("{}:{}:{}:{}",
                              bracketed(rule.host),
                              number_or_empty(rule.port),
                              bracketed(rule.to_host),
                              number_or_empty(rule.to_port)));
      continue;
    }
    std::string addresses;
    for (const std::string& address : rule.addresses) {
      addresses += (addresses.empty() ? "" : ",") + bracketed(address);
    }
    lists_->add(lists_->resolve,
                fmt::format("{}:{}:{}",
                            rule.host.empty() ? "*" : rule.host,
                            rule.port == 0 ? options_.url.port : rule.port,
                            addresses));
  }
  set(CURLOPT_RESOLVE, lists_->resolve);
  set(CURLOPT_CONNECT_TO, lists_->connect_to);
  set(CURLOPT_IPRESOLVE,
      static_cast<long>(options_.ip_version == 4   ? CURL_IPRESOLVE_V4
                        : options_.ip_version == 6 ? CURL_IPRESOLVE_V6
                                                   : CURL_IPRESOLVE_WHATEVER));
  if (!options_.interface_name.empty()) {
    set(CURLOPT_INTERFACE, options_.interface_name.c_str());
  }
  if (!options_.unix_socket.empty()) {
    set(CURLOPT_UNIX_SOCKET_PATH, options_.unix_socket.c_str());
  }
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(options_.connect_timeout).count();
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(limit));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limit));
}

void Transfer::set_callbacks() {
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a name that is being looked up is not waited for
  set(CURLOPT_VERBOSE, 1L);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_DEBUGFUNCTION, &Transfer::debug);
  set(CURLOPT_DEBUGDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Transfer::write);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_PREREQFUNCTION, &Transfer::connected);
  set(CURLOPT_PREREQDATA, this);
}

// ---- the transfer ---------------------------------------------------------------------------------------------------

Outcome Transfer::run() {
  set_request();
  set_tls();
  set_path();
  set_callbacks();
  const CURLcode code = drive();
  tell_request();
  error_.resize(std::min(error_.size(), error_.find('\0')));
  if (error_.empty() && code != CURLE_OK) {
    error_ = curl_.easy_strerror(code);
  }
  outcome_.whole = code == CURLE_OK;
  outcome_.ending = ending_of(code);
  if (answer_.head().complete) {
    outcome_.head = answer_.head();
  }
  return std::move(outcome_);
}

CURLcode Transfer::drive() {
  if (curl_.multi_add_handle(multi_, easy_) != CURLM_OK) {
    return CURLE_FAILED_INIT;
  }
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; running != 0 && !cancelled_;) {
    if (curl_.multi_perform(multi_, &running) != CURLM_OK) {
      break;
    }
    if (running != 0) {
      curl_.multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    }
  }
  int left = 0;
  if (const CURLMsg* message = curl_.multi_info_read(multi_, &left); message != nullptr) {
    code = message->data.result;
  }
  // Before the handle leaves, since what it knows of the connection goes with it.
  if (!connected_ && code == CURLE_OK) {
    on_connected();
  }
  curl_.multi_remove_handle(multi_, easy_);
  return code;
}

void Transfer::cancel() {
  cancelled_ = true;
  curl_.multi_wakeup(multi_);
}

int Transfer::debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self) {
  static_cast<Transfer*>(self)->on_debug(type, {data, size});
  return 0;
}

std::size_t Transfer::write(char* data, std::size_t, std::size_t size, void* self) {
  static_cast<Transfer*>(self)->on_body({data, size});
  return size;
}

/// Before the request goes. libcurl takes a certificate without names by its CN, as browsers do no more.
int Transfer::connected(void* self, char*, char*, int, int) {
  auto& it = *static_cast<Transfer*>(self);
  const net::TlsOptions& tls = it.options_.tls;
  it.nameless_ = it.secure_ && !tls.insecure && !tls.allow_cn ? net::nameless_failure(it.leaf()) : std::nullopt;
  if (it.nameless_) {
    return CURL_PREREQFUNC_ABORT;
  }
  it.on_connected();
  return CURL_PREREQFUNC_OK;
}

void Transfer::on_debug(curl_infotype type, std::string_view data) {
  if (type == CURLINFO_HEADER_OUT) {
    on_request_head(data);
  } else if (type == CURLINFO_DATA_OUT) {
    on_request_body(data);
  } else if (type == CURLINFO_HEADER_IN) {
    on_header_line(data);
  } else if (type == CURLINFO_TEXT) {
    constexpr std::string_view kTls = "SSL connection using ", kAlpn = "ALPN: server accepted ";
    if (starts_with(data, kTls)) {
      data = data.substr(kTls.size(), data.find('\n') - kTls.size());
      const std::size_t slash = data.find(" / ");
      tls_version_ = data.substr(0, slash);
      tls_cipher_ = slash == std::string_view::npos ? "" : data.substr(slash + 3);
    } else if (starts_with(data, kAlpn)) {
      alpn_ = data.substr(kAlpn.size(), data.find('\n') - kAlpn.size());
    }
  }
}

void Transfer::on_request_head(std::string_view data) {
  // The request to a proxy is told as the proxy's fact.
  in_tunnel_head_ = starts_with(data, "CONNECT ");
  if (in_tunnel_head_ || sent_) {
    return;
  }
  handshake::HeadParser parser(handshake::HeadParser::Kind::request);
  parser.feed(data);
  sent_ = true;
  asked_ = session::request_of(parser.head());
  if (request_.body.empty()) {
    tell_request();
  }
}

void Transfer::on_request_body(std::string_view data) {
  if (!asked_) {
    return;
  }
  asked_->body_length += data.size();
  asked_->body.append(data.substr(0, kMaxBody - asked_->body.size()));
  if (asked_->body_length >= request_.body.size()) {
    tell_request();
  }
}

/// With so much of its body as went.
void Transfer::tell_request() {
  if (asked_) {
    tell_(*std::exchange(asked_, std::nullopt));
  }
}

void Transfer::on_header_line(std::string_view line) {
  if (in_tunnel_head_) {
    return;
  }
  tell_request();
  if (answer_.done() && handshake::is_interim(answer_.head())) {
    answer_ = handshake::HeadParser(handshake::HeadParser::Kind::response);
  }
  answer_.feed(line);
}

void Transfer::on_body(std::string_view data) {
  outcome_.body_length += data.size();
  outcome_.body.append(data.substr(0, kMaxBody - outcome_.body.size()));
}

// ---- what is told of it ---------------------------------------------------------------------------------------------

Transfer::Times Transfer::times() const {
  const auto lookup = info<curl_off_t>(CURLINFO_NAMELOOKUP_TIME_T), connect = info<curl_off_t>(CURLINFO_CONNECT_TIME_T),
             tls = info<curl_off_t>(CURLINFO_APPCONNECT_TIME_T);
  return {std::max<curl_off_t>(0, connect - lookup) * kMicrosecond,
          std::max<curl_off_t>(0, tls - connect) * kMicrosecond};
}

void Transfer::on_connected() {
  connected_ = true;
  tell_connect({});
  tell_proxy("");
  tell_tls({});
}

void Transfer::tell_connect(const session::Failure& failure) {
  session::Connect fact;
  const std::string remote = text_info(CURLINFO_PRIMARY_IP);
  if (!options_.unix_socket.empty()) {
    fact.remote = "unix:" + options_.unix_socket;
  } else if (!remote.empty()) {
    fact.remote = fmt::format("{}:{}", bracketed(remote), info<long>(CURLINFO_PRIMARY_PORT));
  } else {
    const HostPort where = target_of(options_);
    fact.remote = fmt::format("{}:{}", bracketed(where.host), where.port);
  }
  if (const std::string local = text_info(CURLINFO_LOCAL_IP); failure.cause == Cause::none && !local.empty()) {
    fact.local = fmt::format("{}:{}", bracketed(local), info<long>(CURLINFO_LOCAL_PORT));
  }
  fact.duration_ns = times().connect_ns;
  fact.error = failure.words;
  fact.cause = failure.cause;
  tell_(std::move(fact));
}

void Transfer::tell_proxy(const std::string& error) {
  if (options_.proxy.url.empty() || !options_.unix_socket.empty()) {
    return;
  }
  const auto proxy = net::parse_proxy(options_.proxy);
  if (!proxy) {
    return;
  }
  const bool http = proxy->kind == net::ProxyAddress::Kind::http;
  const long status = http ? info<long>(CURLINFO_HTTP_CONNECTCODE) : info<long>(CURLINFO_PROXY_ERROR);
  tell_(session::Proxy{std::string(name(proxy->kind)),
                       fmt::format("{}:{}", bracketed(proxy->host), proxy->port),
                       static_cast<int>(status),
                       0,
                       error});
}

void Transfer::tell_tls(const session::Failure& failure) {
  if (!secure_) {
    return;
  }
  session::Tls fact;
  fact.version = tls_version_;
  fact.cipher = tls_cipher_;
  fact.alpn = alpn_;
  fact.verified = failure.cause == Cause::none && !options_.tls.insecure;
  fact.duration_ns = times().tls_ns;
  fact.error = failure.words;
  fact.cause = failure.cause;
  net::describe_certificate(fact, leaf());
  tell_(std::move(fact));
}

/// The server's certificate in PEM; empty where none came.
std::string Transfer::leaf() const {
  constexpr std::string_view kPem = "Cert:";
  const auto* chain = info<curl_certinfo*>(CURLINFO_CERTINFO);
  for (const curl_slist* row = chain != nullptr && chain->num_of_certs > 0 ? chain->certinfo[0] : nullptr;
       row != nullptr;
       row = row->next) {
    if (starts_with(row->data, kPem)) {
      return row->data + kPem.size();
    }
  }
  return {};
}

// ---- how it ended ---------------------------------------------------------------------------------------------------

session::Failure Transfer::tls_failure(CURLcode code) const {
  if (code != CURLE_PEER_FAILED_VERIFICATION) {
    return handshake_failure(error_);
  }
  // The name is checked by libcurl itself, after OpenSSL found no fault (0) or before it looked (1).
  constexpr long kUnset = 1;
  const long result = info<long>(CURLINFO_SSL_VERIFYRESULT);
  return net::certificate_failure(result <= kUnset ? net::kHostnameMismatch : result);
}

session::Ending Transfer::connect_failed(session::Failure why) {
  const bool proxied = !options_.proxy.url.empty();
  const bool refused = why.cause == Cause::refused;
  tell_connect(why);
  if (proxied) {
    tell_proxy(why.words);
  }
  return {proxied ? EndingHow::proxy_failed : EndingHow::connect_failed,
          refused ? EndedBy::server : EndedBy::unknown,
          "",
          "",
          std::move(why.words),
          {}};
}

session::Ending Transfer::timed_out() {
  const session::Failure why{Cause::timed_out, "timed out"};
  if (connected_) {
    return {EndingHow::upgrade_timeout, EndedBy::client, "", "", "no answer came in time", {}};
  }
  if (info<curl_off_t>(CURLINFO_CONNECT_TIME_T) == 0) {
    session::Ending ending = connect_failed(why);
    ending.by = EndedBy::client;
    return ending;
  }
  tell_connect({});
  if (!options_.proxy.url.empty() && info<long>(CURLINFO_HTTP_CONNECTCODE) == 0) {
    tell_proxy(why.words);
    return {EndingHow::proxy_failed, EndedBy::client, "", "", why.words, {}};
  }
  tell_proxy("");
  tell_tls(why);
  return {EndingHow::tls_failed, EndedBy::client, "", "", why.words, {}};
}

session::Ending Transfer::ending_of(CURLcode code) {
  const auto system_error = static_cast<int>(info<long>(CURLINFO_OS_ERRNO));
  const std::string system = net::error_name(system_error);
  if (cancelled_) {
    return {EndingHow::interrupted, EndedBy::client, "", "", "", {}};
  }
  const auto refused_by_tls = [this](const session::Failure& why) -> session::Ending {
    tell_connect({});
    tell_proxy("");
    tell_tls(why);
    return {EndingHow::tls_failed, EndedBy::unknown, "", "", why.words, {}};
  };
  if (nameless_) {
    return refused_by_tls(*nameless_);
  }
  switch (static_cast<int>(code)) {  // of a hundred, those that name a step
  case CURLE_OK:
    return {EndingHow::local_close, EndedBy::client, "", "", "", {}};
  case CURLE_COULDNT_RESOLVE_HOST:  // a name that a proxy of ours looks up for itself has no fact here
  case CURLE_COULDNT_RESOLVE_PROXY:
    return {EndingHow::resolve_failed, EndedBy::unknown, "", "", "not found: " + error_, {}};
  case CURLE_COULDNT_CONNECT:
    return connect_failed(system.empty() ? session::Failure{Cause::other, error_}
                                         : session::Failure{net::cause_of(system_error), system});
  case CURLE_OPERATION_TIMEDOUT:
    return timed_out();
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CIPHER:
    return refused_by_tls(tls_failure(code));
  default:
    break;
  }
  if (!connected_) {
    // What is left before the request is the proxy's tunnel.
    tell_connect({});
    tell_proxy(error_);
    return {EndingHow::proxy_failed, EndedBy::server, system, "", error_, {}};
  }
  const bool reset = contains(error_, "reset by peer");
  return {
      reset ? EndingHow::reset : EndingHow::fin, EndedBy::server, reset ? "connection_reset" : "eof", "", error_, {}};
}

}  // namespace whydrop::auth
