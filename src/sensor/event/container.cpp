#include "sensor/event/container.hpp"

namespace yagura::sensor {

std::string_view to_string(Runtime runtime) {
  switch (runtime) {
    case Runtime::kUnknown:
      return "";
    case Runtime::kContainerd:
      return "containerd";
    case Runtime::kCrio:
      return "cri-o";
    case Runtime::kDocker:
      return "docker";
    case Runtime::kPodman:
      return "podman";
  }
  return "";
}

}  // namespace yagura::sensor
