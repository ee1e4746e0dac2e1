#include <algorithm>

#include "waf/body/internal/multipart_headers.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::string_view kType = "multipart/form-data";
constexpr std::string_view kParameter = "boundary";

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char byte) { return internal::lower(byte); });
  return lowered;
}

// How often the word stands with an equal sign somewhere behind it, in any case.
int count_parameters(std::string_view text) {
  const std::string lowered = lower(text);
  int count = 0;
  for (std::size_t at = 0; (at = lowered.find(kParameter, at)) != std::string::npos;) {
    at += kParameter.size();
    if (lowered.find('=', at) != std::string::npos) ++count;
  }
  return count;
}

bool is_boundary_byte(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= 'a' && byte <= 'z') ||
         std::string_view(" '()+_,-./:=?").find(byte) != std::string_view::npos;
}

// The parameter's value without its quotes; flags say what is odd about it.
std::string read_value(std::string_view value, MultipartFlags& flags, std::string& error) {
  if (!value.empty() && is_space(value.front())) flags.boundary_whitespace = true;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    flags.boundary_quoted = true;
    return std::string(value.substr(1, value.size() - 2));
  }
  if (!value.empty() && (value.front() == '"' || value.back() == '"')) {
    error = "Multipart: Invalid boundary in C-T (quote).";
    return {};
  }
  value = value.substr(0, value.find(';'));
  if (value.find('"') != std::string_view::npos) {
    error = "Multipart: Invalid boundary in C-T (quote).";
    return {};
  }
  return std::string(value);
}

// What is between the type and the parameter: blanks and one semicolon.
bool read_gap(std::string_view gap, MultipartFlags& flags) {
  bool semicolon = false;
  for (const char byte : gap) {
    if (is_space(byte)) continue;
    if (byte != ';' || semicolon) return false;
    semicolon = true;
  }
  flags.missing_semicolon = !semicolon;
  return true;
}

}  // namespace

bool same_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char left, char right) {
    return internal::lower(left) == internal::lower(right);
  });
}

std::string read_boundary(std::string_view content_type, MultipartFlags& flags,
                          std::string& error) {
  const auto refuse = [&error](std::string_view why) {
    error = "Multipart: " + std::string(why);
    return std::string();
  };
  if (content_type.empty()) return refuse("Content-Type header not available.");
  if (content_type.size() > kMaxContentTypeBytes)
    return refuse("Invalid boundary in C-T (length).");
  if (!same_but_for_case(content_type.substr(0, kType.size()), kType)) {
    return refuse("Invalid MIME type.");
  }
  if (count_parameters(content_type) > 1) return refuse("Multiple boundary parameters in C-T.");
  const std::size_t at = content_type.find(kParameter, kType.size());
  if (at == std::string_view::npos) {
    return refuse(count_parameters(content_type) > 0 ? "Invalid boundary in C-T (case sensitivity)."
                                                     : "Boundary not found in C-T.");
  }
  if (!read_gap(content_type.substr(kType.size(), at - kType.size()), flags)) {
    return refuse("Invalid boundary in C-T (malformed).");
  }
  const std::size_t equals = content_type.find('=', at);
  if (equals == std::string_view::npos) return refuse("Invalid boundary in C-T (malformed).");
  for (std::size_t i = at + kParameter.size(); i < equals; ++i) {
    if (!is_space(content_type[i])) return refuse("Invalid boundary in C-T (parameter name).");
    flags.boundary_whitespace = true;
  }
  std::string boundary = read_value(content_type.substr(equals + 1), flags, error);
  if (!error.empty()) return {};
  if (boundary.empty()) return refuse("Invalid boundary in C-T (empty).");
  if (count_parameters(boundary) != 0) return refuse("Invalid boundary in C-T (content).");
  if (boundary.back() == ' ' || !std::all_of(boundary.begin(), boundary.end(), is_boundary_byte)) {
    return refuse("Invalid boundary in C-T (characters).");
  }
  return boundary;
}

}  // namespace yagura::waf::internal
