#pragma once

// A reference to a container image, taken apart. Grammar: distribution/reference:
// [host[:port]/]path[:tag][@algorithm:digest]. Nothing is completed: "nginx" stays "nginx".

#include <string>
#include <string_view>

namespace yagura::sensor {

struct ImageReference {
  std::string repository;  // "registry:5000/team/app"; "" where the reference is a digest alone
  std::string tag;         // "1.25"
  std::string digest;      // "sha256:…"
};

// Also "sha256:…" and 64 hex digits alone, which are an image's id: digest. Linear.
[[nodiscard]] ImageReference split_image_reference(std::string_view reference);

}  // namespace yagura::sensor
