// Any text as a cgroup's path and as /proc/PID/cgroup: a container's own path says the same as any
// path below it, and an id is always what may become a part of a file's name.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "sensor/identity/cgroup_path.hpp"
#include "sensor/identity/image_reference.hpp"

namespace {

using namespace yagura;
using namespace yagura::sensor;

void check_path(std::string_view path) {
  const auto identity = parse_cgroup_path(path);
  if (!identity) {
    return;
  }
  YAGURA_CHECK(identity->container_id.size() == 64 && identity->container_id.find_first_not_of(
                                                          "0123456789abcdef") == std::string::npos,
               "an id is 64 hex digits");
  YAGURA_CHECK(identity->pod_uid.size() <= 64 && identity->pod_uid.find('/') == std::string::npos,
               "a pod's uid is bounded");
  YAGURA_CHECK(identity->own_length > 0 && identity->own_length <= path.size(),
               "the container's own cgroup is a part of the path");
  const std::string own(path.substr(0, identity->own_length));
  for (const std::string& other : {own, own + "/", own + "/init.scope"}) {
    const auto again = parse_cgroup_path(other);
    YAGURA_CHECK(again && again->container_id == identity->container_id &&
                     again->pod_uid == identity->pod_uid &&
                     again->own_length == identity->own_length,
                 "what is below a container's cgroup belongs to it");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_path(text);
  const ProcessCgroups cgroups = parse_process_cgroups(text);
  check_path(cgroups.unified);
  YAGURA_CHECK(cgroups.legacy.empty() || parse_cgroup_path(cgroups.legacy),
               "a path of version 1 is kept for its container");
  const ImageReference image = split_image_reference(text);
  YAGURA_CHECK(image.repository.size() + image.tag.size() + image.digest.size() <= size + 7,
               "an image's parts are parts of it");
  return 0;
}
