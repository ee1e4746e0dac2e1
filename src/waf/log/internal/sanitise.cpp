#include "waf/log/internal/sanitise.hpp"

#include <algorithm>

#include "waf/transform/transform.hpp"

namespace yagura::waf::log {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::ranges::equal(a, b, {}, fold, fold);
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const std::string& each) { return same_name(each, name); });
}

std::string stars(std::size_t count) { return std::string(count, '*'); }

}  // namespace

Sanitiser::Sanitiser(const Transaction& transaction) {
  for (const Detection& detection : transaction.detections()) {
    for (const RuleAction& action : detection.rule->actions) {
      const std::string& name = action.value.text.empty() ? action.name.text : action.value.text;
      switch (action.kind) {
        case ActionKind::kSanitiseArg:
          arguments_.push_back(name);
          break;
        case ActionKind::kSanitiseRequestHeader:
          request_headers_.push_back(name);
          break;
        case ActionKind::kSanitiseResponseHeader:
          response_headers_.push_back(name);
          break;
        case ActionKind::kSanitiseMatched:
        case ActionKind::kSanitiseMatchedBytes: {
          const std::size_t colon = detection.address.find(':');
          if (colon == std::string::npos) break;
          const bool header = detection.address.starts_with("REQUEST_HEADERS:");
          (header ? request_headers_ : arguments_).push_back(detection.address.substr(colon + 1));
          if (!detection.value.empty()) secrets_.push_back(detection.value);
          break;
        }
        default:
          break;
      }
    }
  }
  if (arguments_.empty()) return;
  transaction.for_each(Variable::kArgs, [&](const ValueView& value) {
    if (contains(arguments_, value.name) && !value.value.empty())
      secrets_.emplace_back(value.value);
  });
}

bool Sanitiser::names_argument(std::string_view raw_name) const {
  std::string buffer;
  return contains(arguments_, apply(Transform::kUrlDecode, raw_name, buffer));
}

// "a=1&b=2": the values of the named ones, whatever their encoding.
std::string Sanitiser::pairs(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && names_argument(pair.substr(0, equals))) {
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
  if (arguments_.empty() || question == std::string_view::npos) return text(uri);
  return std::string(uri.substr(0, question + 1)) + pairs(uri.substr(question + 1));
}

std::string Sanitiser::body(std::string_view body) const {
  if (arguments_.empty()) return text(body);
  return text(pairs(body));
}

std::string Sanitiser::request_header(std::string_view name, std::string_view value) const {
  return contains(request_headers_, name) ? stars(value.size()) : text(value);
}

std::string Sanitiser::response_header(std::string_view name, std::string_view value) const {
  return contains(response_headers_, name) ? stars(value.size()) : text(value);
}

std::string Sanitiser::text(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = out.find(secret); at != std::string::npos;
         at = out.find(secret, at + secret.size())) {
      out.replace(at, secret.size(), stars(secret.size()));
    }
  }
  return out;
}

}  // namespace yagura::waf::log
