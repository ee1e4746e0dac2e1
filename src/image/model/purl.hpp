#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/model/distro.hpp"
#include "image/model/package.hpp"

namespace yagura::image {

// A package URL in its parts, decoded (github.com/package-url/purl-spec).
struct Purl {
  std::string type;  // lower case
  std::string namespace_;
  std::string name;
  std::string version;
  std::vector<std::pair<std::string, std::string>> qualifiers;  // by key
  std::string subpath;

  // The qualifier's value, or empty.
  [[nodiscard]] std::string_view qualifier(std::string_view key) const;
  friend bool operator==(const Purl&, const Purl&) = default;
};

// The canonical text: qualifiers sorted, percent-encoded as the specification says.
[[nodiscard]] std::string to_string(const Purl& purl);
// Nothing where the text is no purl. Texts above 8 KiB are none.
[[nodiscard]] std::optional<Purl> parse_purl(std::string_view text);

// The purl of a package: for distributions with arch, distro ("debian-12"), and upstream
// ("openssl" or "openssl@3.0.1-1" where the source's version differs).
[[nodiscard]] Purl purl_of(const Package& package, const Distro& distro);

}  // namespace yagura::image
