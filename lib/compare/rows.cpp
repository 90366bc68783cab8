#include "compare/rows.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/excerpt.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace whydrop::compare {
namespace {

using session::Side;

std::string row_text(const MessageRecord& message, const Recorder::Impl& recorder) {
  std::string text = message.from == Side::client ? "→ " : "← ";
  if (message.kept == 0 && message.length > 0) {
    return text + recorder.key(message) + " " + format_size(message.length);
  }
  report::append_excerpt(text, recorder.payload(message), message.text, kMostOfRow, payload::Brush(false));
  return text;
}

}  // namespace

void Rows::add(const Step& here, bool differs) {
  Row row;
  row.mark = here.a == kNone   ? Row::Mark::extra
             : here.b == kNone ? Row::Mark::missing
             : differs         ? Row::Mark::changed
                               : Row::Mark::same;
  if (here.a != kNone) {
    row.seq_a = a_.messages[here.a].seq;
    row.a = row_text(a_.messages[here.a], sides_.a);
  }
  if (here.b != kNone) {
    row.seq_b = b_.messages[here.b].seq;
    row.b = row_text(b_.messages[here.b], sides_.b);
  }
  if (row.mark == Row::Mark::same) {
    wait(std::move(row));
    return;
  }
  finish();
  out_.push_back(std::move(row));
  shown_ = 0;
}

void Rows::wait(Row row) {
  constexpr std::size_t kContext = 2;
  if (!fold_ || shown_ < kContext) {
    ++shown_;
    out_.push_back(std::move(row));
    return;
  }
  waiting_.push_back(std::move(row));
  if (waiting_.size() > kContext) {
    waiting_.pop_front();
    ++folded_;
  }
}

void Rows::finish() {
  if (folded_ > 0) {
    out_.emplace_back().folded = folded_;
  }
  std::move(waiting_.begin(), waiting_.end(), std::back_inserter(out_));
  waiting_.clear();
  folded_ = 0;
}

}  // namespace whydrop::compare
