#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "image/model/distro.hpp"

namespace yagura::image {

// What one visible file of the image says.
struct DistroClaim {
  std::string_view path;  // as FileEntry::path
  const Distro* distro = nullptr;
};

// The distribution of the image, of what its files say: os-release before the files of one
// distribution, those before what many carry (Ubuntu has a debian_version, Oracle Linux a
// redhat-release). What the best leaves open (the point release, the codename) is taken from others
// that name the same distribution. Nothing where no file says anything.
[[nodiscard]] std::optional<Distro> choose_distro(std::span<const DistroClaim> claims);

// Lower counts more.
[[nodiscard]] int distro_file_rank(std::string_view path);

}  // namespace yagura::image
