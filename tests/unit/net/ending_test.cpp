#include "net/ending.hpp"

#include "net/asio.hpp"

#include <cerrno>

#include <gtest/gtest.h>
#include <netinet/tcp.h>

namespace whydrop::net {
namespace {

using session::EndedBy;
using session::EndingHow;

std::error_code system_error(int number) {
  return {number, asio::error::get_system_category()};
}

struct Row {
  std::string name;
  ReadEnd end;
  EndingHow how;
  EndedBy by;
};

ReadEnd plain(std::error_code read, std::error_code write = {}) {
  ReadEnd end;
  end.read = read;
  end.write = write;
  return end;
}

ReadEnd tls(std::error_code read, std::error_code write = {}) {
  ReadEnd end = plain(read, write);
  end.tls = true;
  return end;
}

ReadEnd in_frame(ReadEnd end) {
  end.mid_frame = true;
  return end;
}

ReadEnd with_state(ReadEnd end, int state, bool write_pending, int socket_error = 0) {
  end.tcp_state = state;
  end.write_pending = write_pending;
  end.socket_error = socket_error;
  return end;
}

class Classify : public testing::TestWithParam<Row> {};

TEST_P(Classify, DecidesFromAllEvidence) {
  const Classified result = classify(GetParam().end);
  EXPECT_EQ(session::name(result.how), session::name(GetParam().how));
  EXPECT_EQ(session::name(result.by), session::name(GetParam().by));
}

const std::error_code kEof = asio::error::eof;
const std::error_code kTruncated = asio::ssl::error::stream_truncated;
const std::error_code kReset = system_error(ECONNRESET);
const std::error_code kPipe = system_error(EPIPE);

INSTANTIATE_TEST_SUITE_P(
    Table,
    Classify,
    testing::Values(
        Row{"Fin", plain(kEof), EndingHow::fin, EndedBy::server},
        Row{"FinCloseWait", with_state(plain(kEof), TCP_CLOSE_WAIT, false), EndingHow::fin, EndedBy::server},
        Row{"FinCloseWaitWritePending", with_state(plain(kEof), TCP_CLOSE_WAIT, true), EndingHow::fin, EndedBy::server},
        Row{"FinMidFrame", in_frame(plain(kEof)), EndingHow::fin_mid_frame, EndedBy::server},
        Row{"Reset", plain(kReset), EndingHow::reset, EndedBy::server},
        Row{"ResetMidFrame", in_frame(plain(kReset)), EndingHow::reset, EndedBy::server},
        Row{"ResetSeenByTheWriteOnly", plain(kEof, kReset), EndingHow::reset, EndedBy::server},
        Row{"ResetSeenByNeither", with_state(plain(kEof), TCP_CLOSE, true), EndingHow::reset, EndedBy::server},
        Row{"ResetLeftInTheSocket",
            with_state(plain(kEof), TCP_CLOSE, false, ECONNRESET),
            EndingHow::reset,
            EndedBy::server},
        Row{"FinThenOurBytesProvokedReset", plain(kEof, kPipe), EndingHow::fin, EndedBy::server},
        Row{"FinThenResetPending", with_state(plain(kEof, kPipe), TCP_CLOSE, true), EndingHow::fin, EndedBy::server},
        Row{"FinThenResetInTheSocket",
            with_state(plain(kEof), TCP_CLOSE, true, EPIPE),
            EndingHow::fin,
            EndedBy::server},
        Row{"TimedOut", plain(system_error(ETIMEDOUT)), EndingHow::timed_out, EndedBy::network},
        Row{"TimedOutInTheWrite", plain(kEof, system_error(ETIMEDOUT)), EndingHow::timed_out, EndedBy::network},
        Row{"HostUnreachable", plain(system_error(EHOSTUNREACH)), EndingHow::unreachable, EndedBy::network},
        Row{"NetworkUnreachable", plain(system_error(ENETUNREACH)), EndingHow::unreachable, EndedBy::network},
        Row{"CloseNotify", tls(kEof), EndingHow::tls_close_notify, EndedBy::server},
        Row{"CloseNotifyMidFrame", in_frame(tls(kEof)), EndingHow::tls_close_notify, EndedBy::server},
        Row{"TlsTruncated", tls(kTruncated), EndingHow::tls_truncated, EndedBy::server},
        Row{"TlsReset", tls(kReset), EndingHow::reset, EndedBy::server},
        Row{"TlsResetSeenByTheWriteOnly", tls(kTruncated, kReset), EndingHow::reset, EndedBy::server},
        Row{"TlsResetSeenByNeither", with_state(tls(kTruncated), TCP_CLOSE, true), EndingHow::reset, EndedBy::server},
        Row{"TlsError", tls({1, asio::error::get_ssl_category()}), EndingHow::tls_error, EndedBy::unknown},
        Row{"OnlyOurWriteFailed", plain(kPipe), EndingHow::local_close, EndedBy::client}),
    [](const auto& row) { return row.param.name; });

TEST(ErrorName, IsStableForWhatEndsConnections) {
  EXPECT_EQ(error_name({}), "");
  EXPECT_EQ(error_name(kEof), "eof");
  EXPECT_EQ(error_name(kTruncated), "stream_truncated");
  EXPECT_EQ(error_name(kReset), "connection_reset");
  EXPECT_EQ(error_name(system_error(ECONNREFUSED)), "connection_refused");
  EXPECT_EQ(error_name(system_error(ETIMEDOUT)), "timed_out");
  EXPECT_EQ(error_name(system_error(ENOSPC)), "No space left on device");
}

TEST(ClassifyForARelay, NamesTheSideAtTheOtherEnd) {
  ReadEnd end = plain(kEof);
  end.peer = session::Side::client;
  EXPECT_EQ(classify(end).by, EndedBy::client);
  end.read = system_error(ECONNRESET);
  EXPECT_EQ(classify(end).by, EndedBy::client);
  end.read = system_error(ETIMEDOUT);
  EXPECT_EQ(classify(end).by, EndedBy::network);
  end.read = {};
  EXPECT_EQ(classify(end).by, EndedBy::server);
}

}  // namespace
}  // namespace whydrop::net
