#include "image/model/purl.hpp"

// Encoding and order of parsing follow "How to build / parse purl" of the specification, in its
// words' order; the steps are numbered as there.

#include <algorithm>
#include <array>

namespace yagura::image {
namespace {

constexpr std::size_t kMaxLength = 8 << 10;

bool is_alpha_numeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// The specification leaves these as they are: letters, digits, ".-_~" and the colon.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_alpha_numeric(c) || std::string_view(".-_~:").contains(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
}

// Segments between slashes, each encoded; empty ones are left out.
void append_path(std::string& out, std::string_view path) {
  bool first = true;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (segment.empty()) continue;
    if (!first) out.push_back('/');
    append_encoded(out, segment);
    first = false;
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// Decodes each segment; drops empty ones and, in a subpath, "." and "..".
std::string decoded_path(std::string_view path, bool drop_dots) {
  std::string out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string segment = decoded(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (segment.empty() || (drop_dots && (segment == "." || segment == ".."))) continue;
    if (!out.empty()) out.push_back('/');
    out += segment;
  }
  return out;
}

bool is_type(std::string_view type) {
  if (type.empty() || (type.front() >= '0' && type.front() <= '9')) return false;
  return std::ranges::all_of(
      type, [](char c) { return is_alpha_numeric(c) || std::string_view(".+-").contains(c); });
}

std::vector<std::pair<std::string, std::string>> parse_qualifiers(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const auto ampersand = text.find('&');
    const std::string_view pair = text.substr(0, ampersand);
    text = ampersand == std::string_view::npos ? std::string_view() : text.substr(ampersand + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == pair.size()) continue;
    out.emplace_back(lowered(pair.substr(0, equals)), decoded(pair.substr(equals + 1)));
  }
  std::ranges::sort(out);
  const auto repeated = std::ranges::unique(out, {}, &std::pair<std::string, std::string>::first);
  out.erase(repeated.begin(), repeated.end());
  return out;
}

// "group:artifact", "@scope/name", "host/path/name", "vendor/name": what stands before the last
// separator is the namespace.
void split_name(const Package& package, Purl& purl) {
  const char separator = package.type == PackageType::kMaven ? ':' : '/';
  const bool is_split = package.type == PackageType::kMaven || package.type == PackageType::kNpm ||
                        package.type == PackageType::kGo || package.type == PackageType::kComposer;
  const auto at = package.name.rfind(separator);
  if (!is_split || at == std::string::npos) {
    purl.name = package.name;
    return;
  }
  purl.namespace_ = package.name.substr(0, at);
  purl.name = package.name.substr(at + 1);
}

void add_distribution(const Package& package, const Distro& distro, Purl& purl) {
  purl.namespace_ = lowered(distro.id);
  purl.name = package.type == PackageType::kRpm ? package.name : lowered(package.name);
  if (!package.architecture.empty()) purl.qualifiers.emplace_back("arch", package.architecture);
  if (!distro.id.empty()) {
    purl.qualifiers.emplace_back(
        "distro", distro.version_id.empty() ? distro.id : distro.id + "-" + distro.version_id);
  }
  // RPM's versions in purls carry the epoch as a qualifier of its own.
  if (package.type == PackageType::kRpm) {
    if (const auto colon = purl.version.find(':'); colon != std::string::npos) {
      purl.qualifiers.emplace_back("epoch", purl.version.substr(0, colon));
      purl.version.erase(0, colon + 1);
    }
    if (!package.module_label.empty()) {
      purl.qualifiers.emplace_back("rpmmod", package.module_label);
    }
  }
  const bool own_version = package.source_or_own_version() == package.version;
  if (package.source() != package.name || !own_version) {
    purl.qualifiers.emplace_back("upstream", own_version
                                                 ? package.source()
                                                 : package.source() + "@" + package.source_version);
  }
}

}  // namespace

std::string_view Purl::qualifier(std::string_view key) const {
  for (const auto& [own_key, value] : qualifiers) {
    if (own_key == key) return value;
  }
  return {};
}

std::string to_string(const Purl& purl) {
  std::string out = "pkg:";
  out += lowered(purl.type);
  out.push_back('/');
  if (!purl.namespace_.empty()) {
    append_path(out, purl.namespace_);
    out.push_back('/');
  }
  append_encoded(out, purl.name);
  if (!purl.version.empty()) {
    out.push_back('@');
    append_encoded(out, purl.version);
  }
  auto qualifiers = purl.qualifiers;
  std::ranges::sort(qualifiers);
  char separator = '?';
  for (const auto& [key, value] : qualifiers) {
    if (value.empty()) continue;
    out.push_back(separator);
    out += lowered(key);
    out.push_back('=');
    append_encoded(out, value);
    separator = '&';
  }
  if (!purl.subpath.empty()) {
    out.push_back('#');
    append_path(out, purl.subpath);
  }
  return out;
}

std::optional<Purl> parse_purl(std::string_view text) {
  if (text.size() > kMaxLength) return std::nullopt;
  Purl purl;
  // 1. The subpath, from the right.
  if (const auto hash = text.rfind('#'); hash != std::string_view::npos) {
    purl.subpath = decoded_path(text.substr(hash + 1), true);
    text = text.substr(0, hash);
  }
  // 2. Qualifiers.
  if (const auto question = text.rfind('?'); question != std::string_view::npos) {
    purl.qualifiers = parse_qualifiers(text.substr(question + 1));
    text = text.substr(0, question);
  }
  // 3. The scheme; slashes behind it are allowed.
  if (text.size() < 4 || lowered(text.substr(0, 4)) != "pkg:") return std::nullopt;
  text.remove_prefix(4);
  text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
  // 4. The type.
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_type(text.substr(0, slash))) return std::nullopt;
  purl.type = lowered(text.substr(0, slash));
  text.remove_prefix(slash + 1);
  // 5. The version. An "@" that begins a segment belongs to a scope that was not encoded
  //    ("pkg:npm/@angular/core"), as many tools write it.
  const auto at = text.rfind('@');
  if (at != std::string_view::npos && at > 0 && text[at - 1] != '/') {
    purl.version = decoded(text.substr(at + 1));
    text = text.substr(0, at);
  }
  // 6. The name, then the namespace.
  while (!text.empty() && text.back() == '/') text.remove_suffix(1);
  const auto last = text.rfind('/');
  purl.name = decoded(last == std::string_view::npos ? text : text.substr(last + 1));
  if (last != std::string_view::npos) purl.namespace_ = decoded_path(text.substr(0, last), false);
  if (purl.name.empty()) return std::nullopt;
  return purl;
}

Purl purl_of(const Package& package, const Distro& distro) {
  Purl purl{.type = std::string(to_string(package.type)), .version = package.version};
  if (is_distribution_package(package.type)) {
    add_distribution(package, distro, purl);
  } else {
    split_name(package, purl);
  }
  std::ranges::sort(purl.qualifiers);
  return purl;
}

}  // namespace yagura::image
