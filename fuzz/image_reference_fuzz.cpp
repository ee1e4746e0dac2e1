// What a user names: references of registries and platforms say the same when they are written out
// and read again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "image/registry/registry_reference.hpp"
#include "image/source/digest.hpp"
#include "image/source/platform.hpp"

namespace {

using namespace yagura::image;

void check_reference(std::string_view text) {
  const auto reference = parse_registry_reference(text);
  if (!reference) return;
  const std::string written = to_string(*reference);
  const auto again = parse_registry_reference(written);
  YAGURA_CHECK(again && *again == *reference, "a reference is read back from its text");
  YAGURA_CHECK(!reference->repository.empty() && !reference->registry.empty(), "parts are there");
  YAGURA_CHECK(!reference->tag.empty() || !reference->digest.empty(), "a version is there");
  YAGURA_CHECK(reference->tag.empty() || is_tag(reference->tag), "a tag is one");
  YAGURA_CHECK(reference->digest.empty() || is_digest(reference->digest), "a digest is one");
  // It goes into paths of requests and files.
  YAGURA_CHECK(written.find("..") == std::string::npos ||
                   reference->registry.find("..") == std::string::npos,
               "a host has no empty label");
  YAGURA_CHECK(("/" + reference->repository + "/").find("/../") == std::string::npos,
               "a repository leads nowhere else");
  YAGURA_CHECK(reference->repository.find_first_of("?#%\\ ") == std::string::npos,
               "a repository is nothing but a path");
}

void check_platform(std::string_view text) {
  const auto platform = parse_platform(text);
  if (!platform) return;
  const auto again = parse_platform(to_string(*platform));
  YAGURA_CHECK(again && *again == *platform, "a platform is read back from its text");
  YAGURA_CHECK(platform_score(*platform, *platform) > 0, "a platform suits itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_reference(text);
  check_platform(text);
  return 0;
}
