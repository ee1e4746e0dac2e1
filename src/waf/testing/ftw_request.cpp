#include "waf/testing/ftw_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace yagura::waf::testing {

namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
using Headers = std::map<std::string, std::string>;  // names as written: case counts

// Names and values apart. An & at the very end is lost, as go-ftw loses it.
std::string encode_pairs(std::string_view data) {
  std::string out;
  while (!data.empty()) {
    const std::size_t end = std::min(data.find('&'), data.size());
    const std::string_view pair = data.substr(0, end);
    const std::size_t equals = pair.find('=');
    out += query_escape(pair.substr(0, equals));
    if (equals != std::string_view::npos) out += '=' + query_escape(pair.substr(equals + 1));
    out += '&';
    data.remove_prefix(std::min(end + 1, data.size()));
  }
  if (!out.empty()) out.pop_back();
  return out;
}

// Go's Header.Add of that client: an empty value counts as missing.
void add(Headers& headers, std::string_view name, std::string value) {
  std::string& there = headers[std::string(name)];
  if (there.empty()) there = std::move(value);
}

std::string with_crlf(std::string_view data) {
  std::string out;
  for (const char c : data) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

bool method_has_body(std::string_view method) {
  return method.starts_with("POST") || method.find("PUT") != std::string_view::npos ||
         method.find("PATCH") != std::string_view::npos || method.ends_with("DELETE");
}

}  // namespace

std::string query_escape(std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string build_request(const StageInput& input) {
  if (input.raw) return *input.raw;
  Headers headers(input.headers.begin(), input.headers.end());
  std::string data = input.data;
  if (input.complete && !data.empty()) {
    add(headers, "Content-Type", std::string(kFormType));
    const bool is_encoded = data.find_first_of("%+") != std::string::npos;
    if (headers["Content-Type"] == kFormType && !is_encoded) data = encode_pairs(data);
  }
  if (const auto type = headers.find("Content-Type");
      type != headers.end() && type->second.starts_with("multipart/form-data;")) {
    data = with_crlf(data);
  }
  if (input.complete) {
    add(headers, "Connection", "close");
    if (!data.empty() || method_has_body(input.method)) {
      add(headers, "Content-Length", fmt::format("{}", data.size()));
    }
  }
  std::string out = fmt::format("{} {} {}\r\n", input.method, input.uri, input.version);
  for (const auto& [name, value] : headers) out += fmt::format("{}: {}\r\n", name, value);
  return out + "\r\n" + data;
}

}  // namespace yagura::waf::testing
