#include "image/registry/registry_answers.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "core/visible_text.hpp"
#include "image/registry/registry_reference.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxHeader = 8192;
constexpr std::size_t kMaxChallenges = 16;
constexpr std::size_t kMaxParameters = 32;
constexpr std::size_t kMaxToken = std::size_t{64} << 10;
constexpr std::size_t kMaxErrors = 4;
constexpr std::size_t kMaxErrorText = 300;
constexpr std::chrono::seconds kMaxLifetime = std::chrono::hours(24 * 30);

// RFC 9110, 5.6.2: token.
bool is_token_character(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return out;
}

// Walks a header's value from left to right.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] std::size_t place() const { return at_; }
  void back_to(std::size_t place) { at_ = place; }

  void skip(std::string_view characters) {
    while (!at_end() && characters.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view token() {
    const std::size_t start = at_;
    while (!at_end() && is_token_character(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }
  // A token, or a text in quotes; nothing where the quotes don't end.
  std::optional<std::string> value() {
    if (!take('"')) return std::string(token());
    std::string out;
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"') return out;
      if (c == '\\' && !at_end()) {
        out += text_[at_++];
      } else {
        out += c;
      }
    }
    return std::nullopt;
  }
  // token68 of RFC 9110, 11.2, up to the next blank or comma; thrown away.
  void skip_rest_of_word() {
    while (!at_end() && text_[at_] != ' ' && text_[at_] != ',') ++at_;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

constexpr std::string_view kBlank = " \t";

// name=value, up to where the next challenge starts. False where the header is malformed.
bool read_parameters(HeaderText& text, AuthChallenge& challenge) {
  while (!text.at_end()) {
    text.skip(" \t,");
    const std::size_t start = text.place();
    const std::string_view name = text.token();
    if (name.empty()) return text.at_end();
    text.skip(kBlank);
    if (!text.take('=')) {
      text.back_to(start);  // the scheme of the next challenge
      return true;
    }
    text.skip(kBlank);
    auto value = text.value();
    if (!value || challenge.parameters.size() == kMaxParameters) return false;
    challenge.parameters.emplace_back(lower(name), std::move(*value));
  }
  return true;
}

std::string_view member_text(simdjson::dom::element object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text)) return {};
  return text;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x21 || static_cast<unsigned char>(c) > 0x7e;
  });
}

}  // namespace

std::string_view AuthChallenge::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

std::vector<AuthChallenge> parse_auth_challenges(std::string_view value) {
  std::vector<AuthChallenge> challenges;
  if (value.size() > kMaxHeader) return challenges;
  HeaderText text(value);
  while (challenges.size() < kMaxChallenges) {
    text.skip(" \t,");
    AuthChallenge challenge{.scheme = lower(text.token())};
    if (challenge.scheme.empty()) break;
    const bool is_whole = read_parameters(text, challenge);
    challenges.push_back(std::move(challenge));
    if (!is_whole) break;
  }
  return challenges;
}

Result<RegistryToken> parse_registry_token(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) || !root.is_object()) {
    return fail(ErrorCode::kInvalidInput, "the token server's answer is no JSON object");
  }
  RegistryToken out;
  out.token = member_text(root, "token");
  if (out.token.empty()) out.token = member_text(root, "access_token");
  if (out.token.empty()) {
    return fail(ErrorCode::kInvalidInput, "the token server's answer has no token");
  }
  if (out.token.size() > kMaxToken || has_control(out.token)) {
    return fail(ErrorCode::kInvalidInput, "the token server's token is no token");
  }
  std::int64_t seconds = 0;
  if (!root["expires_in"].get(seconds) && seconds > 0) {
    out.lifetime = std::min(std::chrono::seconds(seconds), kMaxLifetime);
  }
  return out;
}

std::optional<std::string> parse_next_link(std::string_view value) {
  if (value.size() > kMaxHeader) return std::nullopt;
  while (!value.empty()) {
    const std::size_t open = value.find('<');
    const std::size_t close = value.find('>', open == std::string_view::npos ? value.size() : open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view target = value.substr(open + 1, close - open - 1);
    value.remove_prefix(close + 1);
    const std::string_view parameters = value.substr(0, value.find('<'));
    value.remove_prefix(parameters.size());
    HeaderText text(parameters);
    while (!text.at_end()) {
      text.skip(" \t;,");
      const std::string name = lower(text.token());
      if (name.empty()) break;
      text.skip(kBlank);
      if (!text.take('=')) continue;
      text.skip(kBlank);
      const auto relation = text.value();
      if (!relation) break;
      if (name == "rel" && lower(*relation) == "next" && !target.empty()) {
        return std::string(target);
      }
    }
  }
  return std::nullopt;
}

Result<std::vector<std::string>> parse_tag_list(std::string_view json, std::size_t max_tags) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) || !root.is_object()) {
    return fail(ErrorCode::kInvalidInput, "the list of tags is no JSON object");
  }
  std::vector<std::string> tags;
  simdjson::dom::array list;
  if (root["tags"].get(list)) return tags;  // null where there are none
  for (const simdjson::dom::element tag : list) {
    std::string_view text;
    if (tag.get(text) || !is_tag(text)) continue;
    if (tags.size() == max_tags) {
      return fail(ErrorCode::kLimitExceeded, fmt::format("has more than {} tags", max_tags));
    }
    tags.emplace_back(text);
  }
  return tags;
}

std::string parse_registry_errors(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) || !root.is_object())
    return {};
  std::string out;
  simdjson::dom::array list;
  if (root["errors"].get(list)) {
    out = core::visible(member_text(root, "details").substr(0, kMaxErrorText));
    return out;
  }
  std::size_t count = 0;
  for (const simdjson::dom::element error : list) {
    if (++count > kMaxErrors || !error.is_object()) break;
    const std::string_view message = member_text(error, "message");
    const std::string_view text = message.empty() ? member_text(error, "code") : message;
    if (text.empty()) continue;
    if (!out.empty()) out += "; ";
    out += core::visible(text.substr(0, kMaxErrorText));
  }
  return out;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::system_clock::time_point now) {
  if (value.empty() || value.size() > 64) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size() && seconds >= 0) {
    return std::chrono::seconds(std::min<std::int64_t>(seconds, 1'000'000'000));
  }
  const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  const std::int64_t left = date - std::chrono::system_clock::to_time_t(now);
  return std::chrono::seconds(std::max<std::int64_t>(left, 0));
}

}  // namespace yagura::image
