#pragma once

// The first of the three kinds of error (see CONTRIBUTING.md): an operation that failed. A wrong
// user document is a Diagnostics list (core/diagnostics.hpp); a bad subject is data (a finding, a
// CEL error).

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace yagura {

enum class ErrorCode {
  kInvalidInput,   // what the user gave is wrong: usage, a file's content
  kNotFound,       // a file, an id, a program that is not there
  kLimitExceeded,  // a bound on size, depth, count or time was reached
  kUnsupported,    // valid, but not something that we do
  kIo,             // the system refused: permissions, disk, pipe
  kInternal,       // a bug of ours that could be contained
};

// A message that an operator can act on, and where it happened, innermost first.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  // Prefixes the message with what was being done: "reading a.yaml: " + message.
  [[nodiscard]] Error with_context(std::string_view context) && {
    message.insert(0, ": ");
    message.insert(0, context);
    return std::move(*this);
  }
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message)});
}

}  // namespace yagura

#define YAGURA_CONCAT_INNER(a, b) a##b
#define YAGURA_CONCAT(a, b) YAGURA_CONCAT_INNER(a, b)

#define YAGURA_TRY_IMPL(temporary, declaration, ...)      \
  auto temporary = (__VA_ARGS__);                         \
  if (!temporary) [[unlikely]] {                          \
    return std::unexpected(std::move(temporary).error()); \
  }                                                       \
  declaration = *std::move(temporary)

// YAGURA_TRY(const std::string text, read_file(path)); returns the error to the caller, if there is
// one.
#define YAGURA_TRY(declaration, ...) \
  YAGURA_TRY_IMPL(YAGURA_CONCAT(yagura_try_, __COUNTER__), declaration, __VA_ARGS__)

// For a Result<void>.
#define YAGURA_TRY_VOID(...)                                    \
  do {                                                          \
    if (auto yagura_result = (__VA_ARGS__); !yagura_result) {   \
      return std::unexpected(std::move(yagura_result).error()); \
    }                                                           \
  } while (false)
