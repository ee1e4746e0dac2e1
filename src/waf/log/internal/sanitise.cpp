#include "waf/log/internal/sanitise.hpp"

#include <algorithm>

#include "waf/transform/transform.hpp"

namespace yagura::waf::log {

namespace {

constexpr std::string_view kAll = "*";      // in place of a name: every member
constexpr std::size_t kShortestInText = 3;  // shorter ones would make messages unreadable
constexpr std::size_t kMaxSecrets = 16;     // that are looked for in texts
constexpr std::size_t kMaxBeginning = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(
      names, [&](const std::string& each) { return each == kAll || same_name(each, name); });
}

std::string stars(std::size_t count) { return std::string(count, '*'); }

// "json.user.password.array_0" has a component "password".
bool has_component(const std::vector<std::string>& names, std::string_view name) {
  if (!name.starts_with("json.")) return false;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('.'), name.size());
    if (contains(names, name.substr(0, end))) return true;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

// The end of the JSON value that begins at `begin`; a string's quotes stay outside.
std::pair<std::size_t, std::size_t> json_value(std::string_view body, std::size_t begin) {
  if (body[begin] != '"') {
    return {begin, std::min(body.find_first_of(",]} \t\r\n", begin), body.size())};
  }
  std::size_t end = begin + 1;
  while (end < body.size() && body[end] != '"') end += body[end] == '\\' ? 2 : 1;
  return {begin + 1, std::min(end, body.size())};
}

}  // namespace

Sanitiser::Sanitiser(const Transaction& transaction) {
  for (const SanitisedTarget& target : transaction.sanitised()) add(target);
  if (!idle_) collect(transaction);
}

void Sanitiser::add(const SanitisedTarget& target) {
  idle_ = false;
  const std::string name(target.name.empty() ? kAll : target.name);
  switch (target.variable) {
    case Variable::kArgs:
    case Variable::kArgsGet:
    case Variable::kArgsPost:
    case Variable::kArgsNames:
    case Variable::kArgsGetNames:
    case Variable::kArgsPostNames:
      arguments_.push_back(name);
      return;
    case Variable::kRequestHeaders:
    case Variable::kRequestHeadersNames:
      request_headers_.push_back(name);
      return;
    case Variable::kResponseHeaders:
    case Variable::kResponseHeadersNames:
      response_headers_.push_back(name);
      return;
    case Variable::kRequestCookies:
    case Variable::kRequestCookiesNames:
      cookies_.push_back(name);
      request_headers_.emplace_back("Cookie");
      return;
    case Variable::kQueryString:
    case Variable::kRequestUri:
    case Variable::kRequestUriRaw:
    case Variable::kRequestLine:
      whole_uri_ = true;
      return;
    case Variable::kRequestBody:
    case Variable::kFullRequest:
    case Variable::kXml:
    case Variable::kFilesTmpContent:
      whole_body_ = true;
      return;
    default:  // nothing that a client sends
      return;
  }
}

void Sanitiser::collect(const Transaction& transaction) {
  processor_ = transaction.single(Variable::kReqbodyProcessor);
  collect_arguments(transaction, Variable::kArgsGet);
  collect_arguments(transaction, Variable::kArgsPost);
  collect_headers(transaction, Variable::kRequestHeaders, request_headers_);
  collect_headers(transaction, Variable::kResponseHeaders, response_headers_);
  collect_headers(transaction, Variable::kRequestCookies, cookies_);
  if (secrets_.empty()) return;
  std::vector<std::string> beginnings;
  beginnings.reserve(secrets_.size());
  for (const Secret& secret : secrets_) beginnings.push_back(secret.beginning);
  find_secrets_.emplace(beginnings);
}

void Sanitiser::collect_arguments(const Transaction& transaction, Variable variable) {
  transaction.for_each(variable, [&](const ValueView& view) {
    if (!names_argument(view.name)) return;
    add_secret(view.value);
    const bool in_body = variable == Variable::kArgsPost && view.body_offset != kNoOffset;
    if (in_body) in_body_.emplace_back(view.body_offset, view.value.size());
  });
}

void Sanitiser::collect_headers(const Transaction& transaction, Variable variable,
                                const std::vector<std::string>& names) {
  if (names.empty()) return;
  transaction.for_each(variable, [&](const ValueView& view) {
    if (contains(names, view.name)) add_secret(view.value);
  });
}

void Sanitiser::add_secret(std::string_view value) {
  if (value.size() < kShortestInText || secrets_.size() >= kMaxSecrets) return;
  secrets_.push_back(
      {.beginning = std::string(value.substr(0, kMaxBeginning)), .size = value.size()});
}

bool Sanitiser::names_argument(std::string_view name) const {
  return !arguments_.empty() && (contains(arguments_, name) || has_component(arguments_, name));
}

// "a=1&b=2": the values of the named ones, whatever their encoding.
std::string Sanitiser::pairs(std::string_view text) const {
  std::string out, buffer;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos &&
        names_argument(apply(Transform::kUrlDecode, pair.substr(0, equals), buffer))) {
      out.append(pair.substr(0, equals + 1)).append(stars(pair.size() - equals - 1));
    } else {
      out.append(pair);
    }
    if (end < text.size()) out.push_back('&');
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string Sanitiser::uri(std::string_view uri) const {
  const std::size_t question = uri.find('?');
  if (idle_ || question == std::string_view::npos) return std::string(uri);
  const std::string path(uri.substr(0, question + 1));
  const std::string_view query = uri.substr(question + 1);
  return path + (whole_uri_ ? stars(query.size()) : text(pairs(query)));
}

std::string Sanitiser::request_body(std::string_view body) const {
  if (idle_) return std::string(body);
  if (whole_body_) return stars(body.size());
  std::string out(body);
  for (const auto& [offset, size] : in_body_) {
    if (offset >= out.size()) continue;
    Range range{offset, std::min(offset + size, out.size())};
    if (processor_ == "JSON") range = json_value(body, offset);
    if (processor_ == "URLENCODED") range.second = std::min(body.find('&', offset), body.size());
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(range.first),
              out.begin() + static_cast<std::ptrdiff_t>(range.second), '*');
  }
  return out;
}

std::string Sanitiser::request_header(std::string_view name, std::string_view value) const {
  return contains(request_headers_, name) ? stars(value.size()) : text(value);
}

std::string Sanitiser::response_header(std::string_view name, std::string_view value) const {
  return contains(response_headers_, name) ? stars(value.size()) : text(value);
}

std::string Sanitiser::text(std::string_view text) const {
  std::string out(text);
  if (!find_secrets_) return out;
  for (std::string_view rest = text; const auto found = find_secrets_->find(rest);) {
    const std::size_t begin = static_cast<std::size_t>(found->data() - text.data());
    std::size_t size = found->size();
    for (const Secret& secret : secrets_) {
      if (same_name(secret.beginning, *found)) size = std::max(size, secret.size);
    }
    size = std::min(size, text.size() - begin);
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(begin), size, '*');
    rest = text.substr(begin + 1);  // secrets may overlap
  }
  return out;
}

std::string Sanitiser::quoted(const Detection& detection, std::string_view text) const {
  if (idle_) return std::string(text);
  const std::string_view address = detection.address;
  const std::size_t colon = address.find(':');
  const std::string_view variable = address.substr(0, colon);
  const std::string_view name =
      colon == std::string_view::npos ? std::string_view{} : address.substr(colon + 1);
  const bool secret = (variable.starts_with("ARGS") && names_argument(name)) ||
                      (variable == "REQUEST_HEADERS" && contains(request_headers_, name)) ||
                      (variable == "RESPONSE_HEADERS" && contains(response_headers_, name)) ||
                      (variable == "REQUEST_COOKIES" && contains(cookies_, name)) ||
                      (whole_body_ && (variable == "REQUEST_BODY" || variable == "XML")) ||
                      ((whole_uri_ || !arguments_.empty()) &&
                       (variable.starts_with("REQUEST_URI") || variable == "QUERY_STRING" ||
                        variable == "REQUEST_LINE" || variable == "REQUEST_BODY"));
  return secret ? stars(text.size()) : this->text(text);
}

}  // namespace yagura::waf::log
