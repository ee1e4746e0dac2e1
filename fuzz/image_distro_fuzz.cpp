// Files that name a distribution: what they say has an id and is short.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "image/distro/choose.hpp"
#include "image/distro/distro_analyzer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  constexpr std::array<std::string_view, 8> kPaths = {
      "etc/os-release",     "etc/lsb-release",  "etc/debian_version", "etc/alpine-release",
      "etc/redhat-release", "etc/SuSE-release", "bin/busybox",        "etc/arch-release"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const DistroAnalyzer analyzer;
  std::array<FileFacts, kPaths.size()> facts;
  std::vector<DistroClaim> claims;
  for (std::size_t i = 0; i < kPaths.size(); ++i) {
    analyzer.analyze({.path = kPaths[i], .size = size}, MemoryContent(text), facts[i]);
    if (!facts[i].distro) continue;
    const Distro& distro = *facts[i].distro;
    YAGURA_CHECK(!distro.id.empty(), "a distribution has an id");
    YAGURA_CHECK(distro.id.size() <= 1024 && distro.version_id.size() <= 1024 &&
                     distro.name.size() <= 3000 && distro.version.size() <= 1024,
                 "texts are short");
    if (const auto end = end_of_life(distro)) {
      YAGURA_CHECK(end->standard.size() == 10, "an end is a day");
    }
    claims.push_back({.path = kPaths[i], .distro = &distro});
  }
  const auto chosen = choose_distro(claims);
  YAGURA_CHECK(chosen.has_value() == !claims.empty(), "something is chosen of what there is");
  if (facts[0].distro) YAGURA_CHECK(chosen->id == facts[0].distro->id, "os-release counts most");
  return 0;
}
