// The steps are those of net/url's parser: control bytes, scheme, query, opaque form, authority,
// path. Upstream parses twice: once as a request target, where a '#' is an ordinary character of
// the path or query (and refused in the host), to decide whether this is a URL; then again with the
// fragment cut off, for the parts.

#include "policy/library/kubernetes/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace yagura::policy {

namespace {

enum class Part { kPath, kHost, kZone, kUser, kQuery, kFragment };
enum class Mode { kRequest, kReference };

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_alpha(c) || is_digit(c); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool host_takes(char c) { return is_alphanumeric(c) || is_one_of(c, "-_.~!$&'()*+,;=:[]<>\""); }

bool path_takes(char c) { return is_alphanumeric(c) || is_one_of(c, "-_.~$&+,/:;=@"); }

// "" where fine. Appends the decoded text to `out`.
std::string decode(std::string_view text, Part part, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      const bool complete =
          i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
      if (!complete) return fmt::format("invalid percent-encoding {:?}", text.substr(i, 3));
      const char byte = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      const bool is_percent = text.substr(i, 3) == "%25";
      // RFC 6874: in a host, only bytes above ASCII may be encoded, and the '%' before a zone.
      if (part == Part::kHost && hex_value(text[i + 1]) < 8 && !is_percent) {
        return fmt::format("invalid percent-encoding {:?} in the host", text.substr(i, 3));
      }
      if (part == Part::kZone && !is_percent && byte != ' ' && !host_takes(byte)) {
        return fmt::format("invalid percent-encoding {:?} in the zone", text.substr(i, 3));
      }
      out.push_back(byte);
      i += 2;
    } else if (c == '+' && part == Part::kQuery) {
      out.push_back(' ');
    } else {
      const bool in_host = part == Part::kHost || part == Part::kZone;
      if (in_host && static_cast<unsigned char>(c) < 0x80 && !host_takes(c)) {
        return fmt::format("invalid character {:?} in the host", text.substr(i, 1));
      }
      out.push_back(c);
    }
  }
  return {};
}

struct Parser {
  Mode mode;
  core::Arena& arena;
  Url url;
  std::string problem = {};

  bool fail(std::string why) {
    problem = std::move(why);
    return false;
  }

  bool decode_into(std::string_view text, Part part, std::string_view& out) {
    std::string decoded;
    if (auto why = decode(text, part, decoded); !why.empty()) return fail(std::move(why));
    out = arena.copy(decoded);
    return true;
  }

  bool parse(std::string_view text);
  bool take_scheme(std::string_view& rest);
  bool parse_authority(std::string_view authority);
  bool parse_user(std::string_view user);
  bool parse_host(std::string_view host);
  bool check_port(std::string_view colon_port);
};

bool Parser::take_scheme(std::string_view& rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (is_alpha(c)) continue;
    if (is_digit(c) || is_one_of(c, "+-.")) {
      if (i == 0) return true;
      continue;
    }
    if (c != ':') return true;
    if (i == 0) return fail("missing scheme before ':'");
    std::string scheme(rest.substr(0, i));
    for (char& letter : scheme)
      letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter + 32 : letter);
    url.scheme = arena.copy(scheme);
    rest.remove_prefix(i + 1);
    return true;
  }
  return true;
}

bool Parser::check_port(std::string_view colon_port) {
  if (colon_port.empty()) return true;
  const auto digits = colon_port.substr(1);
  if (colon_port[0] == ':' && std::all_of(digits.begin(), digits.end(), is_digit)) return true;
  return fail(fmt::format("invalid port {:?} after the host", colon_port));
}

bool Parser::parse_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t close = host.rfind(']');
    if (close == std::string_view::npos) return fail("missing ']' in the host");
    if (!check_port(host.substr(close + 1))) return false;
    const std::size_t zone = host.substr(0, close).find("%25");
    if (zone != std::string_view::npos) {
      std::string decoded;
      std::string why = decode(host.substr(0, zone), Part::kHost, decoded);
      if (why.empty()) why = decode(host.substr(zone, close - zone), Part::kZone, decoded);
      if (why.empty()) why = decode(host.substr(close), Part::kHost, decoded);
      if (!why.empty()) return fail(std::move(why));
      url.host = arena.copy(decoded);
      return true;
    }
  } else if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    if (!check_port(host.substr(colon))) return false;
  }
  return decode_into(host, Part::kHost, url.host);
}

bool Parser::parse_user(std::string_view user) {
  for (const char c : user) {
    if (!is_alphanumeric(c) && !is_one_of(c, "-._:~!$&'()*+,;=%@"))
      return fail("invalid user information");
  }
  return decode_into(user, Part::kUser, url.user);
}

bool Parser::parse_authority(std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return parse_host(authority);
  return parse_host(authority.substr(at + 1)) && parse_user(authority.substr(0, at));
}

bool Parser::parse(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return fail("control character");
  }
  if (text.empty() && mode == Mode::kRequest) return fail("empty URL");
  if (text == "*") {
    url.path = url.raw_path = text;
    return true;
  }
  std::string_view rest = text;
  if (!take_scheme(rest)) return false;
  if (const std::size_t question = rest.find('?'); question != std::string_view::npos) {
    url.raw_query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (!rest.starts_with('/')) {
    if (!url.scheme.empty()) {
      url.opaque = rest;
      return true;
    }
    if (mode == Mode::kRequest) return fail("neither an absolute URL nor an absolute path");
    if (rest.substr(0, rest.find('/')).find(':') != std::string_view::npos) {
      return fail("the first segment of a relative path must not hold a ':'");
    }
  }
  const bool may_have_host =
      !url.scheme.empty() || (mode == Mode::kReference && !rest.starts_with("///"));
  if (may_have_host && rest.starts_with("//")) {
    const std::size_t slash = std::min(rest.find('/', 2), rest.size());
    if (!parse_authority(rest.substr(2, slash - 2))) return false;
    rest.remove_prefix(slash);
  }
  url.raw_path = rest;
  return decode_into(rest, Part::kPath, url.path);
}

bool raw_path_is_encoded(std::string_view raw) {
  return std::all_of(raw.begin(), raw.end(),
                     [](char c) { return path_takes(c) || is_one_of(c, "!'()*[]%"); });
}

std::size_t port_colon(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos) return host.size();
  const auto digits = host.substr(colon + 1);
  return std::all_of(digits.begin(), digits.end(), is_digit) ? colon : host.size();
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text, core::Arena& arena, std::string* problem) {
  const auto refuse = [&](std::string why) -> std::optional<Url> {
    if (problem != nullptr) *problem = std::move(why);
    return std::nullopt;
  };
  Parser request{.mode = Mode::kRequest, .arena = arena, .url = {}};
  if (!request.parse(text)) return refuse(std::move(request.problem));
  const std::size_t hash = text.find('#');
  Parser reference{.mode = Mode::kReference, .arena = arena, .url = {}};
  if (!reference.parse(text.substr(0, hash))) return refuse(std::move(reference.problem));
  if (hash != std::string_view::npos &&
      !reference.decode_into(text.substr(hash + 1), Part::kFragment, reference.url.fragment)) {
    return refuse(std::move(reference.problem));
  }
  reference.url.raw = text;
  return reference.url;
}

std::string_view Url::hostname() const {
  const std::string_view name = host.substr(0, port_colon(host));
  if (name.starts_with('[') && name.ends_with(']')) return name.substr(1, name.size() - 2);
  return name;
}

std::string_view Url::port() const {
  const std::size_t colon = port_colon(host);
  return colon == host.size() ? std::string_view() : host.substr(colon + 1);
}

std::string Url::escaped_path() const {
  if (raw_path_is_encoded(raw_path) || path == "*") return std::string(raw_path);
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    if (path_takes(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Url::query() const {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::string_view rest = raw_query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty() || pair.find(';') != std::string_view::npos) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string key;
    std::string value;
    if (!decode(pair.substr(0, equals), Part::kQuery, key).empty()) continue;
    if (equals < pair.size() && !decode(pair.substr(equals + 1), Part::kQuery, value).empty())
      continue;
    pairs.emplace_back(std::move(key), std::move(value));
  }
  return pairs;
}

bool Url::operator==(const Url& other) const {
  return scheme == other.scheme && opaque == other.opaque && user == other.user &&
         host == other.host && raw_query == other.raw_query && fragment == other.fragment &&
         escaped_path() == other.escaped_path();
}

std::string check_request_uri(std::string_view text) {
  core::Arena arena;
  Parser parser{.mode = Mode::kRequest, .arena = arena, .url = {}};
  parser.parse(text);
  return std::move(parser.problem);
}

}  // namespace yagura::policy
