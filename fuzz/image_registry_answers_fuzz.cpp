// What registries, token servers and configuration files say.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/utf8.hpp"
#include "image/registry/credentials.hpp"
#include "image/registry/http_session.hpp"
#include "image/registry/registry_answers.hpp"
#include "image/registry/registry_reference.hpp"

namespace {

using namespace yagura::image;

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string written(const AuthChallenge& challenge) {
  std::string out = challenge.scheme;
  for (std::size_t i = 0; i < challenge.parameters.size(); ++i) {
    const auto& [name, value] = challenge.parameters[i];
    out += (i == 0 ? " " : ", ") + name + "=" + in_quotes(value);
  }
  return out;
}

void check_challenges(std::string_view text) {
  const auto challenges = parse_auth_challenges(text);
  YAGURA_CHECK(challenges.size() <= 16, "challenges are bounded");
  for (const AuthChallenge& challenge : challenges) {
    YAGURA_CHECK(!challenge.scheme.empty() && challenge.parameters.size() <= 32,
                 "a challenge has a scheme and bounded parameters");
    const std::string line = written(challenge);
    if (line.size() > 8192) continue;
    const auto again = parse_auth_challenges(line);
    YAGURA_CHECK(again.size() == 1 && again[0] == challenge, "a challenge is read back");
  }
}

void check_token(std::string_view text) {
  const auto token = parse_registry_token(text);
  if (!token) return;
  YAGURA_CHECK(token->lifetime.count() > 0, "a token lives");
  YAGURA_CHECK(!token->token.empty() &&
                   std::ranges::all_of(token->token, [](char c) { return c > ' ' && c < 127; }),
               "a token can stand in a header");
}

void check_lists(std::string_view text) {
  if (const auto link = parse_next_link(text))
    YAGURA_CHECK(!link->empty(), "a link leads somewhere");
  if (const auto tags = parse_tag_list(text, 10)) {
    YAGURA_CHECK(tags->size() <= 10 && std::ranges::all_of(*tags, is_tag), "tags are tags");
  }
  const std::string errors = parse_registry_errors(text);
  YAGURA_CHECK(errors.find_first_of("\n\r\x1b") == std::string::npos &&
                   yagura::core::find_invalid_utf8(errors) == std::string::npos,
               "errors are one visible line");
  const auto now = std::chrono::system_clock::from_time_t(1'700'000'000);
  if (const auto pause = parse_retry_after(text, now)) {
    YAGURA_CHECK(pause->count() >= 0, "nobody comes back before now");
  }
}

void check_url(std::string_view text) {
  const auto url = parse_http_url(text, "https://registry.example/v2/");
  if (!url) return;
  YAGURA_CHECK(url->scheme == "https" || url->scheme == "http", "a URL is of HTTP");
  YAGURA_CHECK(!url->host.empty() && !url->port.empty(), "a URL has a host");
  const auto again = parse_http_url(url->url);
  YAGURA_CHECK(again && again->has_same_origin(*url), "a URL keeps its origin");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_challenges(text);
  check_token(text);
  check_lists(text);
  check_url(text);
  if (const auto entry = read_credential_file(text, "r.example", "a/b")) {
    YAGURA_CHECK(entry->helper.empty() || !entry->server_url.empty(),
                 "a helper has something to be asked for");
  }
  return 0;
}
