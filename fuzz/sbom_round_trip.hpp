#pragma once

// What is read of any text is written and read again without loss.

#include <cstdlib>
#include <string>
#include <string_view>

#include "image/sbom/sbom.hpp"

namespace yagura::fuzz {

inline void check(bool holds) {
  if (!holds) std::abort();
}

inline void check_round_trip(std::string_view text, image::SbomFormat format) {
  const image::SbomLimits limits{.max_size = 1 << 20, .max_components = 2000};
  const auto first = image::read_sbom(text, limits);
  if (!first) {
    check(!first.error().message.empty());
    return;
  }
  const std::string written = image::write_sbom(first->inventory, format);
  check(image::looks_like_sbom(written));
  // Once more: the first reading may hold bytes that JSON can't say.
  const auto second = image::read_sbom(written);
  check(second.has_value());
  check(second->inventory.components.size() == first->inventory.components.size());
  const std::string again = image::write_sbom(second->inventory, format);
  const auto third = image::read_sbom(again);
  check(third.has_value());
  check(third->inventory.components == second->inventory.components);
  check(third->inventory.distro == second->inventory.distro);
}

}  // namespace yagura::fuzz
