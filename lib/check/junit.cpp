#include "base/time.hpp"
#include "base/utf8.hpp"
#include "check/inert.hpp"
#include "check/report.hpp"
#include "check/xml.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace whydrop::check {

namespace {

std::string seconds(std::int64_t ns) {
  const std::int64_t ms = std::max<std::int64_t>(ns, 0) / kMillisecond;
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, xml_attribute(value));
}

/// "smoke/chat.json:12".
std::string place_of(const Outcome& outcome) {
  return outcome.line == 0 ? outcome.file : fmt::format("{}:{}", outcome.file, outcome.line);
}

/// `failure` or `error`.
std::string judgement(std::string_view element, const Outcome& outcome) {
  const std::string says = inert(outcome.step.empty() ? outcome.says : outcome.step + ": " + outcome.says);
  return fmt::format("      <{}{}{}>{}</{}>\n",
                     element,
                     attribute("message", says),
                     attribute("type", fmt::format("exit code {}", outcome.exit_code)),
                     xml_text(place_of(outcome) + ": " + says),
                     element);
}

/// The verdict, and the capture in the words by which CI servers find what belongs to a test.
std::string output(const Outcome& outcome) {
  std::string out = inert(outcome.detail);
  if (!outcome.capture.empty()) {
    out += fmt::format("{}[[ATTACHMENT|{}]]\n", out.empty() || out.back() == '\n' ? "" : "\n", outcome.capture);
  }
  return out.empty() ? out : fmt::format("      <system-out>{}</system-out>\n", xml_text(out));
}

std::string test_case(const Outcome& outcome) {
  std::string inside;
  switch (outcome.status) {
  case Outcome::Status::passed:
    break;
  case Outcome::Status::failed:
    inside = judgement("failure", outcome);
    break;
  case Outcome::Status::error:
    inside = judgement("error", outcome);
    break;
  case Outcome::Status::skipped:
    inside = fmt::format("      <skipped{}/>\n", attribute("message", inert(outcome.says)));
    break;
  }
  inside += output(outcome);
  const std::string head = fmt::format("    <testcase{}{}{}",
                                       attribute("name", inert(outcome.name)),
                                       attribute("classname", outcome.file),
                                       attribute("time", seconds(outcome.duration_ns)));
  return inside.empty() ? head + "/>\n" : head + ">\n" + inside + "    </testcase>\n";
}

/// What a test case has no place for in the schema that CI servers read by.
std::string properties_of(const Outcome& outcome) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out += fmt::format("      <property{}{}/>\n",
                       attribute("name", fmt::format("{}: {}", name, inert(outcome.name))),
                       attribute("value", value));
  };
  if (!outcome.capture.empty()) {
    add("capture", outcome.capture);
  }
  if (outcome.attempts > 1) {
    add("attempts", std::to_string(outcome.attempts));
  }
  return out;
}

/// What a suite or all of them count.
struct Counts {
  std::uint64_t tests = 0, failures = 0, errors = 0, skipped = 0;
  std::int64_t duration_ns = 0;

  void add(const Outcome& outcome) {
    ++tests;
    failures += outcome.status == Outcome::Status::failed ? 1U : 0U;
    errors += outcome.status == Outcome::Status::error ? 1U : 0U;
    skipped += outcome.status == Outcome::Status::skipped ? 1U : 0U;
    duration_ns += outcome.duration_ns;
  }
  std::string attributes() const {
    return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\"", tests, failures, errors);
  }
};

/// The checks of one file.
struct Suite {
  std::string_view file, started;
  Counts counts;
  std::string properties, cases;
};

std::vector<Suite> suites_of(const std::vector<Outcome>& outcomes) {
  std::vector<Suite> suites;
  std::map<std::string_view, std::size_t> by_file;
  for (const Outcome& outcome : outcomes) {
    const auto [known, is_new] = by_file.emplace(outcome.file, suites.size());
    if (is_new) {
      suites.push_back({outcome.file, outcome.started, {}, {}, {}});
    }
    Suite& suite = suites[known->second];
    suite.counts.add(outcome);
    suite.properties += properties_of(outcome);
    suite.cases += test_case(outcome);
    suite.started = std::min(suite.started, std::string_view(outcome.started));
  }
  return suites;
}

}  // namespace

std::string junit(const std::vector<Outcome>& outcomes, std::string_view host) {
  Counts all;
  for (const Outcome& outcome : outcomes) {
    all.add(outcome);
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"whydrop check\"{} time=\"{}\">\n", all.attributes(), seconds(all.duration_ns));
  for (const Suite& suite : suites_of(outcomes)) {
    out += fmt::format("  <testsuite{}{} skipped=\"{}\" time=\"{}\"{}{}{}>\n",
                       attribute("name", suite.file),
                       suite.counts.attributes(),
                       suite.counts.skipped,
                       seconds(suite.counts.duration_ns),
                       attribute("file", suite.file),
                       suite.started.empty() ? "" : attribute("timestamp", suite.started),
                       host.empty() ? "" : attribute("hostname", host));
    if (!suite.properties.empty()) {
      out += "    <properties>\n" + suite.properties + "    </properties>\n";
    }
    out += suite.cases + "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace whydrop::check
