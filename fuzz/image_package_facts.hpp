#pragma once

// What holds of the facts of any package file, whatever its bytes.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/utf8.hpp"
#include "image/model/codec.hpp"
#include "image/model/facts.hpp"
#include "image/packages/collect/package_collector.hpp"

namespace yagura::image {

inline void check_package(const Package& package) {
  YAGURA_CHECK(!package.name.empty(), "a package has a name");
  YAGURA_CHECK(package.name.size() <= PackageCollector::kMaxText, "of bounded length");
  YAGURA_CHECK(package.version.size() <= PackageCollector::kMaxText, "its version too");
  for (const std::string& license : package.licenses) {
    YAGURA_CHECK(!license.empty() && license.find('\n') == std::string::npos, "a licence's name");
  }
}

inline void check_facts(const FileFacts& facts, PackageType type) {
  YAGURA_CHECK(facts.packages.size() <= PackageCollector::kMaxPackages, "bounded");
  for (const Package& package : facts.packages) {
    YAGURA_CHECK(package.type == type, "of its ecosystem");
    check_package(package);
  }
  for (const std::string& problem : facts.problems) {
    YAGURA_CHECK(core::find_invalid_utf8(problem) == std::string::npos, "problems can be shown");
    YAGURA_CHECK(problem.find_first_of("\n\x1b") == std::string::npos, "on one line");
  }
  for (const OwnedFiles& owned : facts.owned) {
    for (const std::string_view path : owned.files) {
      YAGURA_CHECK(!path.empty() && path.front() != '/', "paths are relative");
      YAGURA_CHECK(("/" + std::string(path) + "/").find("/../") == std::string::npos,
                   "and stay below the root");
    }
  }
  FileFacts copy = facts;
  Encoder encoder;
  encoder(copy);
  const std::string bytes = encoder.take();
  Decoder decoder(bytes);
  FileFacts again;
  decoder(again);
  YAGURA_CHECK(decoder.done() && again == facts, "the cache gives back what it was given");
}

// Reads twice: the same bytes give the same facts.
template <class Read>
void check_reader(PackageType type, Read read) {
  FileFacts first;
  read(first);
  check_facts(first, type);
  FileFacts second;
  read(second);
  YAGURA_CHECK(first == second, "the same bytes give the same facts");
}

inline std::string_view fuzz_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace yagura::image
