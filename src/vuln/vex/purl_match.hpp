#pragma once

#include <string_view>

#include "image/model/inventory.hpp"
#include "image/model/purl.hpp"

namespace yagura::vuln {

// Whether a purl that somebody wrote down speaks of a component: type, namespace and name are the
// component's (Python names normalised), and so are version, qualifiers and subpath as far as the
// pattern gives them. Versions are compared in the ecosystem's order ("1.0" is "1.0.0" in PyPI). A
// distribution's source package speaks for what was built from it where the pattern says
// "arch=source" or "arch=src".
[[nodiscard]] bool purl_matches(const image::Purl& pattern, const image::Component& component);

// Whether it speaks of the image itself: pkg:oci/NAME@sha256:…?repository_url=…, pkg:docker/….
// A digest decides where both have one; else the name, with repository and tag as far as given.
[[nodiscard]] bool purl_matches_image(const image::Purl& pattern,
                                      const image::Inventory& inventory);

// Whether a reference ("registry/app:1", "registry/app@sha256:…", "sha256:…") names the image.
[[nodiscard]] bool names_image(std::string_view reference, const image::Inventory& inventory);

// The image's own purl; without name and digest none (an empty type).
[[nodiscard]] image::Purl purl_of_image(const image::Inventory& inventory);

}  // namespace yagura::vuln
