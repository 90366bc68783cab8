// Internal to rehearsal/.
#pragma once

#include "codec/codec.hpp"
#include "net/stream.hpp"
#include "rehearsal/answers.hpp"
#include "rehearsal/message_checker.hpp"
#include "rehearsal/request.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

class Connection;

/// Plays one connection's part: answers its calls, opens its session, and does to it what the reactions say.
class ScenarioSession : public std::enable_shared_from_this<ScenarioSession> {
 public:
  /// `connection` must outlive the ScenarioSession, or call on_gone() before it goes.
  ScenarioSession(Connection& connection, std::shared_ptr<ScenarioState> state);

  void on_request(const RequestReader& request);
  void on_frame(const wire::Frame& frame);
  /// Checks the message whose last frame was told; what is returned reacts to it.
  std::function<void()> on_message(bool text, bool compressed, std::string_view payload);
  void on_gone();

  /// True once this connection asked for a session.
  bool asked_for_session() const { return asked_for_session_; }

 private:
  /// Acts under way; they wait on a timer of their own.
  struct RunningActs {
    RunningActs(const std::vector<profile::Act>& what, TemplateContext with, const asio::any_io_executor& executor)
        : acts(what), context(std::move(with)), timer(executor) {}
    const std::vector<profile::Act>& acts;
    TemplateContext context;
    asio::steady_timer timer;
    std::size_t next = 0;
  };
  using Running = std::shared_ptr<RunningActs>;
  struct Timed {
    Timed(const profile::Reaction& what, const asio::any_io_executor& executor) : reaction(what), timer(executor) {}
    const profile::Reaction& reaction;
    asio::steady_timer timer;
    std::chrono::nanoseconds span{0};
  };
  enum class Stage : std::uint8_t { request, session, over };

  void react(const CheckedMessage& heard);
  const profile::Reaction* reaction_to(const CheckedMessage& heard);
  void begin(const profile::Reaction& reaction, TemplateContext context);
  void go_on(const Running& running);
  void wait(const Running& running, const profile::Act& act);
  void act(const profile::Act& act, const TemplateContext& context);
  void end(const std::string& how);
  void refuse(const profile::Act& act, const TemplateContext& context);
  void give_out(std::string& body);
  void answer(Reply reply);
  void answer_as_usual();
  void open_session(const TemplateContext& context);
  void send_packet(const profile::Act& act, const TemplateContext& context);
  void send(const codec::Message& message);
  void arm_timers();
  void arm(Timed& timed);
  void note_traffic();
  void on_time(Timed& timed);
  void gather();
  const profile::Bindings& bindings() const;
  std::string filled(const Result<std::string>& made);
  void log(std::string_view line) const;

  Connection& connection_;
  std::shared_ptr<ScenarioState> state_;
  RequestReader request_;
  Reply usual_;
  bool usual_is_session_ = false;
  const profile::Call* call_ = nullptr;
  std::string asked_;
  Stage stage_ = Stage::request;
  bool asked_for_session_ = false;
  std::unique_ptr<MessageChecker> message_checker_;
  Query query_;
  std::uint64_t messages_ = 0;
  std::set<Running> waiting_;
  std::vector<std::unique_ptr<Timed>> timed_;
};

}  // namespace whydrop::rehearsal
