#include "vuln/vex/purl_match.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "vuln/version/scheme.hpp"

namespace yagura::vuln {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string normal_name(std::string_view type, std::string_view name) {
  if (type != "pypi") return std::string(name);
  std::string out;
  for (const char c : name) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) {
      out.push_back(lower(c));
    } else if (!out.ends_with('-')) {
      out.push_back('-');
    }
  }
  return out;
}

bool same_version(const image::Purl& pattern, std::string_view version) {
  if (pattern.version == version) return true;
  const auto scheme = scheme_of_purl_type(pattern.type);
  return scheme && compare(*scheme, pattern.version, version) == 0;
}

// The version of a purl with an epoch that stands in a qualifier.
std::string full_version(const image::Purl& purl, std::string_view version) {
  const std::string_view epoch = purl.qualifier("epoch");
  if (epoch.empty() || epoch == "0" || version.contains(':')) return std::string(version);
  return std::string(epoch) + ":" + std::string(version);
}

bool is_source(const image::Purl& purl) {
  const std::string_view architecture = purl.qualifier("arch");
  return architecture == "source" || architecture == "src";
}

bool qualifiers_match(const image::Purl& pattern, const image::Purl& own, bool source) {
  return std::ranges::all_of(pattern.qualifiers, [&](const auto& qualifier) {
    const auto& [key, value] = qualifier;
    const bool elsewhere =
        key == "epoch" || key == "repository_url" || key == "upstream" || (source && key == "arch");
    return elsewhere || own.qualifier(key) == value;
  });
}

// "registry.example:5000/team/app:1@sha256:…" in its parts.
struct Reference {
  std::string_view repository;
  std::string_view tag;
  std::string_view digest;
};
Reference split(std::string_view text) {
  Reference out;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    out.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const auto slash = text.rfind('/');
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    out.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  out.repository = text;
  return out;
}

std::string_view base_name(std::string_view repository) {
  const auto slash = repository.rfind('/');
  return slash == std::string_view::npos ? repository : repository.substr(slash + 1);
}

// "docker.io/library/app" and "app" are the same.
std::string_view short_repository(std::string_view repository) {
  for (const std::string_view prefix :
       {"index.docker.io/library/", "docker.io/library/", "index.docker.io/", "docker.io/"}) {
    if (repository.starts_with(prefix)) return repository.substr(prefix.size());
  }
  return repository;
}

bool is_digest(std::string_view text) { return text.starts_with("sha256:"); }

bool is_digest_of(std::string_view digest, const image::Inventory& inventory) {
  return !digest.empty() && (digest == inventory.digest || digest == inventory.config_digest);
}

}  // namespace

bool purl_matches(const image::Purl& pattern, const image::Component& component) {
  const auto own = image::parse_purl(component.purl);
  if (!own || pattern.type != own->type) return false;
  const bool source = is_source(pattern) && !is_source(*own);
  const image::Package& package = component.package;
  const std::string_view name = source ? std::string_view(package.source()) : own->name;
  if (lowered(pattern.namespace_) != lowered(own->namespace_) ||
      normal_name(pattern.type, pattern.name) != normal_name(own->type, name)) {
    return false;
  }
  if (!pattern.version.empty()) {
    const std::string version =
        source ? package.source_or_own_version() : full_version(*own, own->version);
    image::Purl bound = pattern;
    bound.version = full_version(pattern, pattern.version);
    // A pattern without the epoch leaves it open.
    const bool open = !bound.version.contains(':') && version.contains(':');
    const std::string_view compared =
        open ? std::string_view(version).substr(version.find(':') + 1) : version;
    if (!same_version(bound, compared)) return false;
  }
  if (!pattern.subpath.empty() && pattern.subpath != own->subpath) return false;
  return qualifiers_match(pattern, *own, source);
}

bool purl_matches_image(const image::Purl& pattern, const image::Inventory& inventory) {
  if (pattern.type != "oci" && pattern.type != "docker") return false;
  if (is_digest(pattern.version) && !inventory.digest.empty()) {
    return is_digest_of(pattern.version, inventory);
  }
  const Reference own = split(inventory.name);
  if (own.repository.empty()) return false;
  const std::string_view repository = pattern.qualifier("repository_url");
  if (!repository.empty()) {
    const std::string wanted = lowered(short_repository(repository));
    const std::string have = lowered(short_repository(own.repository));
    // The qualifier may hold the repository with or without the image's own name.
    if (have != wanted && have != wanted + "/" + lowered(pattern.name)) return false;
  } else if (pattern.type == "docker" && !pattern.namespace_.empty()) {
    const std::string wanted = lowered(pattern.namespace_ + "/" + pattern.name);
    if (lowered(short_repository(own.repository)) != wanted) return false;
  } else if (lowered(base_name(own.repository)) != lowered(pattern.name)) {
    return false;
  }
  // A digest that can't be compared, or a tag that differs, is another image.
  if (is_digest(pattern.version)) return pattern.version == own.digest;
  const std::string_view tag =
      pattern.version.empty() ? pattern.qualifier("tag") : std::string_view(pattern.version);
  return tag.empty() || tag == own.tag;
}

bool names_image(std::string_view reference, const image::Inventory& inventory) {
  if (reference.empty()) return false;
  if (is_digest(reference)) return is_digest_of(reference, inventory);
  if (reference == inventory.name) return true;
  const Reference wanted = split(reference);
  if (!wanted.digest.empty() && !inventory.digest.empty()) {
    return is_digest_of(wanted.digest, inventory);
  }
  const Reference own = split(inventory.name);
  return short_repository(wanted.repository) == short_repository(own.repository) &&
         wanted.digest.empty() && (wanted.tag.empty() || wanted.tag == own.tag);
}

image::Purl purl_of_image(const image::Inventory& inventory) {
  const Reference own = split(inventory.name);
  const std::string_view digest = inventory.digest.empty() ? own.digest : inventory.digest;
  if (digest.empty() || own.repository.empty()) return {};
  image::Purl purl{.type = "oci", .name = lowered(base_name(own.repository))};
  purl.version = digest;
  if (own.repository.contains('/')) {
    purl.qualifiers.emplace_back("repository_url", lowered(own.repository));
  }
  if (!own.tag.empty()) purl.qualifiers.emplace_back("tag", own.tag);
  return purl;
}

}  // namespace yagura::vuln
