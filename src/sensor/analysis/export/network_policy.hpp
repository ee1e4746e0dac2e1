#pragma once

// A NetworkPolicy (networking.k8s.io/v1) that allows what the profile learned: pods by their labels
// where they were known, else networks. DNS is allowed where names were resolved.
//
// Limits, said in comments of the text: names are no part of a NetworkPolicy, so that the addresses
// behind them were learned as networks; a connection to a Service is judged behind the Service, so
// its address here allows nothing where the network plug-in translates first; protocols other than
// TCP, UDP and SCTP cannot be named.

#include <string>

#include "core/result.hpp"
#include "sensor/analysis/profile/profile.hpp"

namespace yagura::sensor {

// Error (kUnsupported): not a workload of pods, or its pods' labels were never seen, without which
// no policy can select them.
[[nodiscard]] Result<std::string> network_policy(const Profile& profile);

}  // namespace yagura::sensor
