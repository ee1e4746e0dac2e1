#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yagura::image {

// The distribution as os-release(5), or an older file of its own, names it.
struct Distro {
  std::string id;          // "debian", "alpine", "rhel", "distroless" is "debian"
  std::string version_id;  // "12", "3.19.1", "9.3"; empty: rolling, or not told
  std::string id_like;     // "rhel fedora", blank-separated
  std::string codename;    // "bookworm"
  std::string name;        // for people: "Debian GNU/Linux 12 (bookworm)"
  std::string version;     // DEBIAN_VERSION_FULL, /etc/debian_version "12.5"; may be empty

  template <class V>
  void visit(V& v) {
    v(id, version_id, id_like, codename, name, version);
  }
  friend bool operator==(const Distro&, const Distro&) = default;
};

// The last day of security support that the public may have, "2028-06-30" (distro/end_of_life.cpp
// has the table with its sources); nothing: unknown.
struct EndOfLife {
  std::string standard;  // the distribution's own support
  std::string extended;  // LTS, ESM, ELS where there is one; else empty
};
[[nodiscard]] std::optional<EndOfLife> end_of_life(const Distro& distro);

}  // namespace yagura::image
