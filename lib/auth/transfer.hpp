// For the .cpp files of auth/ only.
#pragma once

#include "auth/curl.hpp"
#include "auth/http.hpp"
#include "handshake/head.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::auth {

/// What one transfer came to.
struct Outcome {
  std::optional<handshake::Head> head;  ///< of the answer; null: there is none
  std::string body;                     ///< at most 1 MiB of it
  std::uint64_t body_length = 0;
  session::Ending ending;
  bool whole = false;  ///< the answer came to its end
};

/// One HTTP exchange as libcurl makes it. run() blocks; cancel() may be called from any thread, as long as it lives.
class Transfer {
 public:
  /// Called by run() with each step as a fact.
  using Tell = std::function<void(session::Body)>;

  Transfer(const Curl& curl, HttpRequest request, net::ConnectOptions options, Tell tell);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  Outcome run();
  void cancel();

 private:
  struct Lists;
  struct Times {
    std::int64_t connect_ns = 0, tls_ns = 0;
  };

  template <typename T>
  void set(CURLoption option, T value) {
    curl_.easy_setopt(easy_, option, value);
  }
  template <typename T>
  T info(CURLINFO wanted) const {
    T value{};
    curl_.easy_getinfo(easy_, wanted, &value);
    return value;
  }
  std::string text_info(CURLINFO wanted) const;

  void set_request();
  void set_tls();
  void set_path();
  void set_callbacks();
  CURLcode drive();

  void on_debug(curl_infotype type, std::string_view data);
  void on_request_head(std::string_view data);
  void on_request_body(std::string_view data);
  void tell_request();
  void on_header_line(std::string_view line);
  void on_body(std::string_view data);
  void on_connected();
  std::string leaf() const;
  void tell_connect(const session::Failure& failure);
  void tell_proxy(const std::string& error);
  void tell_tls(const session::Failure& failure);

  Times times() const;
  session::Failure tls_failure(CURLcode code) const;
  session::Ending ending_of(CURLcode code);
  session::Ending timed_out();
  session::Ending connect_failed(session::Failure why);

  static int debug(CURL*, curl_infotype type, char* data, std::size_t size, void* self);
  static std::size_t write(char* data, std::size_t, std::size_t size, void* self);
  static int connected(void* self, char*, char*, int, int);

  const Curl& curl_;
  HttpRequest request_;
  net::ConnectOptions options_;
  Tell tell_;
  CURL* easy_ = nullptr;
  CURLM* multi_ = nullptr;
  std::unique_ptr<Lists> lists_;
  std::atomic<bool> cancelled_{false};
  std::string error_;  ///< libcurl's words
  bool secure_ = false;

  bool connected_ = false, sent_ = false, in_tunnel_head_ = false;
  std::optional<session::Failure> nameless_;  ///< why the certificate was refused before the request went
  std::optional<session::Request> asked_;     ///< as far as it went; null once it was told
  std::string tls_version_, tls_cipher_, alpn_;
  handshake::HeadParser answer_{handshake::HeadParser::Kind::response};
  Outcome outcome_;
};

}  // namespace whydrop::auth
