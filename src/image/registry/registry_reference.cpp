#include "image/registry/registry_reference.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/visible_text.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxName = 255;  // registry and repository together
constexpr std::size_t kMaxShown = 160;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_number(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_lower(c) || is_upper(c) || is_number(c); }

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_path_component(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    const std::size_t start = at;
    while (at < text.size() && (is_lower(text[at]) || is_number(text[at]))) ++at;
    if (at == start) return false;
    if (at == text.size()) return true;
    const std::size_t separator = at;
    while (at < text.size() && !is_lower(text[at]) && !is_number(text[at])) ++at;
    const std::string_view between = text.substr(separator, at - separator);
    const bool is_dashes = between.find_first_not_of('-') == std::string_view::npos;
    if (between != "." && between != "_" && between != "__" && !is_dashes) return false;
  }
}

bool is_repository(std::string_view text) {
  while (true) {
    const std::size_t slash = text.find('/');
    if (!is_path_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_number);
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.front() == '-' || text.back() == '-' || text.front() == '.' ||
      text.back() == '.' || text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_registry(std::string_view text) {
  const std::string_view host = host_without_port(text);
  const std::string_view port = text.substr(host.size());
  if (!port.empty() && (port.front() != ':' || !is_port(port.substr(1)))) return false;
  if (host.starts_with('['))
    return host.ends_with(']') && is_ipv6(std::string(host.substr(1, host.size() - 2)));
  return is_host_name(host);
}

// Docker's rule: what stands before the first slash is a host where it looks like one.
bool looks_like_registry(std::string_view first) {
  return first.find_first_of(".:[") != std::string_view::npos || first == "localhost" ||
         std::ranges::any_of(first, is_upper);
}

bool is_reference_digest(std::string_view text) {
  const std::size_t hex = text.starts_with("sha256:") ? 64 : text.starts_with("sha512:") ? 128 : 0;
  return hex != 0 && text.size() == 7 + hex && std::ranges::all_of(text.substr(7), [](char c) {
           return is_number(c) || (c >= 'a' && c <= 'f');
         });
}

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(ErrorCode::kInvalidInput, fmt::format("\"{}\" is no image reference: {}",
                                                    core::visible(text.substr(0, kMaxShown)), why));
}

// Takes digest and tag from the end of `rest`.
Result<void> split_version(std::string_view text, std::string_view& rest,
                           RegistryReference& reference) {
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (!is_reference_digest(reference.digest)) {
      return wrong(text, "behind @ stands no sha256 or sha512 digest in lower-case hex");
    }
  }
  const std::size_t colon = rest.rfind(':');
  const std::size_t slash = rest.rfind('/');
  const bool has_tag =
      colon != std::string_view::npos && (slash == std::string_view::npos ? true : colon > slash);
  if (has_tag) {
    reference.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_tag(reference.tag)) {
      return wrong(text, "its tag has characters that no tag has, or more than 128");
    }
  }
  if (reference.tag.empty() && reference.digest.empty()) reference.tag = "latest";
  return {};
}

}  // namespace

bool is_tag(std::string_view text) {
  if (text.empty() || text.size() > 128 || text.front() == '.' || text.front() == '-') return false;
  return std::ranges::all_of(
      text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

std::string_view host_without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, std::min(host.find(']'), host.size() - 1) + 1);
  return host.substr(0, host.find(':'));
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return is_number(c) || c == '.'; });
}

Result<RegistryReference> parse_registry_reference(std::string_view text) {
  RegistryReference reference;
  if (text.empty() || text.size() > 1024) return wrong(text, "it is empty or too long");
  std::string_view rest = text;
  YAGURA_TRY_VOID(split_version(text, rest, reference));
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && looks_like_registry(rest.substr(0, slash))) {
    reference.registry = rest.substr(0, slash);
    reference.repository = rest.substr(slash + 1);
  } else {
    reference.registry = "docker.io";
    reference.repository = rest;
  }
  if (reference.registry == "index.docker.io") reference.registry = "docker.io";
  if (reference.registry == "docker.io" && reference.repository.find('/') == std::string::npos) {
    reference.repository.insert(0, "library/");
  }
  if (!is_registry(reference.registry)) return wrong(text, "its registry is no host name");
  if (reference.registry.size() + reference.repository.size() > kMaxName) {
    return wrong(text, "its name is longer than 255 characters");
  }
  if (!is_repository(reference.repository)) {
    return wrong(text,
                 "its repository may have lower-case letters, digits and single separators only");
  }
  return reference;
}

std::string to_string(const RegistryReference& reference) {
  std::string out = fmt::format("{}/{}", reference.registry, reference.repository);
  if (!reference.tag.empty()) out += ":" + reference.tag;
  if (!reference.digest.empty()) out += "@" + reference.digest;
  return out;
}

}  // namespace yagura::image
