#include "wafcheck/ftw_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "wafcheck/http_request.hpp"

namespace yagura::wafcheck {

namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
using Header = std::pair<std::string, std::string>;

const Header* find(const std::vector<Header>& headers, std::string_view name) {
  const auto at = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
    return equal_ignoring_case(header.first, name);
  });
  return at == headers.end() ? nullptr : &*at;
}

void add_missing(std::vector<Header>& headers, std::string_view name, std::string value) {
  if (find(headers, name) == nullptr) headers.emplace_back(name, std::move(value));
}

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

std::string with_crlf(std::string_view data) {
  std::string out;
  for (const char c : data) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

bool is_multipart(std::string_view type) {
  static constexpr std::string_view kType = "multipart/form-data;";
  return type.size() >= kType.size() && equal_ignoring_case(type.substr(0, kType.size()), kType);
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
  std::vector<Header> headers = input.headers;
  std::sort(headers.begin(), headers.end());
  std::string data = input.data;
  if (input.complete && !data.empty()) {
    add_missing(headers, "Content-Type", std::string(kFormType));
    const bool is_form = equal_ignoring_case(find(headers, "Content-Type")->second, kFormType);
    const bool is_encoded = data.find_first_of("%+") != std::string::npos;
    if (is_form && !is_encoded) data = encode_pairs(data);
  }
  const Header* type = find(headers, "Content-Type");
  if (type != nullptr && is_multipart(type->second)) data = with_crlf(data);
  if (input.complete) {
    add_missing(headers, "Connection", "close");
    if (!data.empty() || method_has_body(input.method)) {
      add_missing(headers, "Content-Length", fmt::format("{}", data.size()));
    }
  }
  std::string out = fmt::format("{} {} {}\r\n", input.method, input.uri, input.version);
  for (const auto& [name, value] : headers) out += fmt::format("{}: {}\r\n", name, value);
  return out + "\r\n" + data;
}

}  // namespace yagura::wafcheck
