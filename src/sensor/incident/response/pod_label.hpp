#pragma once

// Marks a pod at the API server, so that controllers, network policies and people see it. Needs the
// right to `patch` pods.

#include <string>

#include "core/result.hpp"
#include "sensor/event/container.hpp"
#include "sensor/identity/https_client.hpp"

namespace yagura::sensor {

// The merge patch (RFC 7386) that sets a label, or takes it away with an empty value. It names the
// pod's uid, so that a pod of the same name that came later is not touched (the server answers
// 409).
[[nodiscard]] std::string label_patch(const Pod& pod, const std::string& key,
                                      const std::string& value);

// Blocks up to 30 s. kNotFound: there is no such pod any more.
[[nodiscard]] Result<void> label_pod(HttpsClient& client, const Pod& pod, const std::string& key,
                                     const std::string& value);

}  // namespace yagura::sensor
