// Rule of this module: base/ knows nothing of WebSockets. It holds the small words that every other module speaks.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace whydrop {

/// What kind of failure of ours an Error is; each kind maps to one exit code (cli/errors.cpp).
enum class ErrorKind { usage, local, refused, internal };

/// One failure of ours (never a peer's behaviour: that is data). Printed as
/// "whydrop: error: <message>" and, where there is one, "hint: <hint>".
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  ///< "<what> <object>: <why>", no trailing full stop
  std::string hint;     ///< one action, or empty
};

template <typename T>
using Result = tl::expected<T, Error>;

/// Builds the unexpected side of a Result.
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(message), std::move(hint)});
}

/// Joins lambdas into one visitor for std::visit.
template <typename... F>
struct overloaded : F... {  // NOLINT(readability-identifier-naming): used like a function
  using F::operator()...;
};
template <typename... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace whydrop
