// Any bytes as the files of a runtime and as a pod of the API server: errors or bounded facts.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "sensor/identity/bundle.hpp"
#include "sensor/identity/json_text.hpp"
#include "sensor/identity/kubernetes_watch.hpp"

namespace {

using namespace yagura;
using namespace yagura::sensor;

void check(const Bundle& bundle) {
  YAGURA_CHECK(bundle.container.mounts.size() <= 1024, "mounts are bounded");
  YAGURA_CHECK(std::ranges::is_sorted(bundle.container.labels), "labels are sorted");
  YAGURA_CHECK(bundle.container.metadata != Metadata::kPath, "a bundle says more than a path");
  YAGURA_CHECK(!bundle.pod || !bundle.pod->uid.empty() || !bundle.pod->name.empty(),
               "a pod has a name");
}

}  // namespace

// The text up to a zero byte is a configuration, what follows Docker's second file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(text.find('\0'), text.size());
  const std::string first(text.substr(0, cut));
  const std::string second(text.substr(std::min(cut + 1, text.size())));
  if (auto bundle = parse_oci_config("config.json", first)) {
    check(*bundle);
    if (add_docker_config(*bundle, first, second)) {
      check(*bundle);
    }
  }
  if (const auto json = JsonText::parse("pod", first)) {
    if (const auto pod = read_listed_pod(json->root())) {
      YAGURA_CHECK(!pod->cgroup_uid.empty(), "a pod is known by its uid");
      YAGURA_CHECK(!pod->pod.workload_kind.empty(), "every listed pod has a workload");
    }
  }
  return 0;
}
