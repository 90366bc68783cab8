// REST calls that came before a socket, or instead of one.
#include "cases.hpp"

namespace whydrop::diagnose::test {
namespace {

using session::EndingHow;
using session::Party;
using session::Severity;

Script& call(Script& script) {
  script.fact(session::Open{session::Role::http, "https://login.example.test/oauth/token", std::nullopt, {}});
  session::Request request;
  request.start_line = "POST /oauth/token?debug=1 HTTP/1.1";
  return script.fact(std::move(request)).after_ms(20);
}

const Case kCases[] = {
    {"answered",
     [] {
       Script script;
       return call(script).response(200, "OK").ending(EndingHow::local_close).run_verdict();
     }},
    {"refused, and the profile has no words for it",
     [] {
       Script script;
       return call(script)
           .response(401,
                     "Unauthorized",
                     {{"WWW-Authenticate", "Basic realm=\"login\"", {}}},
                     R"({"error":"invalid_client"})")
           .ending(EndingHow::local_close)
           .run_verdict();
     }},
    {"refused, and the profile says why",
     [] {
       Script script;
       return call(script)
           .response(400, "Bad Request", {}, R"({"error":"invalid_client"})")
           .finding("oauth-invalid-client", Severity::error, Party::client)
           .ending(EndingHow::local_close)
           .run_verdict();
     }},
    {"not answered",
     [] {
       Script script;
       return call(script).ending(EndingHow::fin).run_verdict();
     }},
    {"not connected",
     [] {
       Script script;
       script.fact(session::Open{session::Role::http, "https://login.nowhere.test/oauth/token", std::nullopt, {}});
       session::Resolve resolve;
       resolve.host = "login.nowhere.test";
       resolve.error = "NXDOMAIN";
       resolve.cause = session::Cause::nxdomain;
       return script.fact(resolve).ending(EndingHow::resolve_failed).run_verdict();
     }},
    {"the second call is refused",
     [] {
       Script script;
       call(script).response(200, "OK").ending(EndingHow::local_close).verdict();
       call(script.conn(2)).response(403, "Forbidden").ending(EndingHow::local_close).verdict();
       return script.run_verdict();
     }},
    {"a call, then a session that is dropped",
     [] {
       Script script;
       call(script).response(200, "OK").ending(EndingHow::local_close).verdict();
       return script.conn(2).session().after_ms(5).ending(EndingHow::fin).run_verdict();
     }},
};

TEST(calls, end_in_verdicts_as_written_down) {
  expect_as_written("call_verdicts.txt", {std::begin(kCases), std::end(kCases)});
}

}  // namespace
}  // namespace whydrop::diagnose::test
