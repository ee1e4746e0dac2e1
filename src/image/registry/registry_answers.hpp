#pragma once

// What registries and token servers say, read. Bytes of strangers: every parser is linear, bounded
// and total.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace yagura::image {

// One challenge of WWW-Authenticate (RFC 9110, 11.6.1).
struct AuthChallenge {
  std::string scheme;                                           // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  // The first of the name, or empty.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  friend bool operator==(const AuthChallenge&, const AuthChallenge&) = default;
};

// All challenges of one header's value; a header may have several. What is malformed ends the list.
// At most 16 challenges of 32 parameters; values above 8 KiB are none.
[[nodiscard]] std::vector<AuthChallenge> parse_auth_challenges(std::string_view value);

// A token server's answer (Docker token authentication specification).
struct RegistryToken {
  std::string token;
  std::chrono::seconds lifetime{60};  // as the specification has it where none is told
};
[[nodiscard]] Result<RegistryToken> parse_registry_token(std::string_view json);

// The target of `Link: <…>; rel="next"` (RFC 8288), as written; nothing where there is none.
[[nodiscard]] std::optional<std::string> parse_next_link(std::string_view value);

// `{"name":…,"tags":[…]}`; what are no tags is left out.
[[nodiscard]] Result<std::vector<std::string>> parse_tag_list(std::string_view json,
                                                              std::size_t max_tags);

// The reasons in `{"errors":[{"code":…,"message":…}]}` as one visible line; empty where there are
// none.
[[nodiscard]] std::string parse_registry_errors(std::string_view json);

// Retry-After: seconds, or a date (against `now`). Nothing where it is neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

}  // namespace yagura::image
