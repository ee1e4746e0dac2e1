#pragma once

// What the runtime's CRI says about a container, put into ours.

#include <optional>
#include <string>

#include "core/result.hpp"
#include "sensor/event/container.hpp"
#include "sensor/identity/cri_client.hpp"

namespace yagura::sensor {

struct RuntimeAnswer {
  std::optional<CriContainer> container;  // nothing for a sandbox
  std::optional<CriPod> pod;
  std::optional<CriImage> image;
};

// Asks with three or four calls; blocks as long as the client's timeout for each. kNotFound: the
// runtime knows no such container or sandbox (yet).
[[nodiscard]] Result<RuntimeAnswer> ask_runtime(CriClient& client, const std::string& id);

void apply(const RuntimeAnswer& answer, Container& container);
void apply(const CriPod& from, Pod& pod);

// Falco's way to probes: the pod as kubectl applied it is an annotation of the pod.
[[nodiscard]] std::string probe_in_last_applied(const Labels& annotations,
                                                const std::string& container,
                                                std::string_view probe);

}  // namespace yagura::sensor
