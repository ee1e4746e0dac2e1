// Java archives, nested ones too, manifests, poms and locks.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/java/gradle_lock.hpp"
#include "image/packages/java/jar.hpp"
#include "image/packages/java/maven_name.hpp"
#include "image/packages/java/pom.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  const JarLimits limits{
      .max_depth = 3, .max_archives = 50, .inflate = {.total = 1U << 24U, .at_once = 1U << 22U}};
  check_reader(PackageType::kMaven,
               [&](FileFacts& facts) { read_jar("lib/a-1.0.jar", text, facts, limits); });
  check_reader(PackageType::kMaven, [&](FileFacts& facts) { read_project_pom(text, facts); });
  check_reader(PackageType::kMaven, [&](FileFacts& facts) { read_gradle_lock(text, facts); });
  const JarManifest manifest(text);
  const JarCoordinates own = own_coordinates(text.substr(0, 400), manifest);
  YAGURA_CHECK(own.group.empty() || is_maven_id(own.group), "a group, or none");
  if (const auto one = read_pom_properties(text)) {
    YAGURA_CHECK(is_maven_id(one->group) && is_maven_id(one->artifact), "ids");
    YAGURA_CHECK(!one->version.empty(), "and a version");
  }
  return 0;
}
