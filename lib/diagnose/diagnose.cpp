#include "diagnose/diagnose.hpp"

#include "diagnose/findings.hpp"
#include "diagnose/ledger.hpp"
#include "diagnose/run.hpp"
#include "diagnose/verdict.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace whydrop::diagnose {

struct Diagnoser::Impl {
  Expectation expectation;
  std::map<std::uint32_t, Ledger> ledgers;  ///< of connections not yet concluded
  Ledger* last = nullptr;                   ///< that of the last event: nearly always the next one's as well
  RunLedger run;

  Ledger& ledger_of(std::uint32_t conn) {
    if (last == nullptr || last->conn != conn) {
      last = &ledgers[conn];
      last->conn = conn;
      last->from_har = expectation.witness == session::Witness::messages;
      last->profile.used = expectation.profile;
      last->profile.bindings = expectation.bindings;
      last->profile.started_ns = expectation.started_ns;
    }
    return *last;
  }
};

Diagnoser::Diagnoser(Expectation expectation) : impl_(std::make_unique<Impl>()) {
  impl_->expectation = std::move(expectation);
}

Diagnoser::~Diagnoser() = default;

void Diagnoser::on_event(const session::Event& event) {
  if (event.conn == 0) {
    if (const auto* finding = std::get_if<session::Finding>(&event.body)) {
      impl_->run.add({*finding});
    }
    return;
  }
  impl_->ledger_of(event.conn).on_event(event);
}

void Diagnoser::recognise(std::uint32_t conn, std::shared_ptr<const profile::Recognised> found) {
  impl_->ledger_of(conn).use(std::move(found));
}

void Diagnoser::set_state(std::uint32_t conn, const std::string& state) {
  impl_->ledger_of(conn).profile.state = state;
}

session::Verdict Diagnoser::conclude(std::uint32_t conn) {
  Ledger& ledger = impl_->ledger_of(conn);
  ledger.settle();
  session::Verdict verdict = make_verdict(ledger, judge(ledger), impl_->expectation.close_codes);
  impl_->run.add(ledger, verdict);
  impl_->ledgers.erase(conn);
  impl_->last = nullptr;
  return verdict;
}

void Diagnoser::forget(std::uint32_t conn) {
  impl_->ledgers.erase(conn);
  impl_->last = nullptr;
}

session::Verdict Diagnoser::conclude_run() {
  while (!impl_->ledgers.empty()) {
    conclude(impl_->ledgers.begin()->first);
  }
  return impl_->run.conclude();
}

}  // namespace whydrop::diagnose
