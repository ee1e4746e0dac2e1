#pragma once

// The image as a whole: what an SBOM can carry, and all that matching vulnerabilities may look at.
// An inventory comes from layers (merge) or from an SBOM (sbom); that both lead to the same
// findings is true because matching sees nothing else.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "image/model/distro.hpp"
#include "image/model/package.hpp"

namespace yagura::image {

struct Component {
  Package package;
  std::string purl;  // canonical
  std::string path;  // of the file that tells of it
  std::int32_t layer =
      -1;  // position in Inventory::layers that brought it; -1: unknown, or no layers
  // The distribution's package that owns `path`: its advisories speak for this one, so that nothing
  // is counted twice. Empty: nobody.
  std::string owner;

  friend bool operator==(const Component&, const Component&) = default;
};

struct LayerInfo {
  std::string digest;  // of the blob
  std::string diff_id;
  std::uint64_t size = 0;  // of the blob, bytes
  std::string created_by;  // the step of history that made it: "RUN apt-get install …"
};

struct Inventory {
  std::string name;           // as the user named it: "registry/app:1", "rootfs/"
  std::string digest;         // of the manifest; empty: none
  std::string config_digest;  // of the image's configuration
  std::string architecture;   // "amd64", "arm/v7"
  std::string os;             // "linux"
  std::string created;        // RFC 3339
  std::vector<std::pair<std::string, std::string>> labels;
  Distro distro;
  std::vector<LayerInfo> layers;      // from the base up
  std::vector<Component> components;  // sorted by purl, then path
  // Sentences about what was not seen: limits, damage, packed files.
  std::vector<std::string> incomplete;
};

}  // namespace yagura::image
