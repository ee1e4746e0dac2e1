#pragma once

// Which kinds live outside of namespaces. No discovery: the built-in kinds (resource_kinds.hpp),
// and of well-known add-ons the kinds whose name says so.

#include <string_view>

namespace yagura::kube {

// Any version of the group. A kind that nobody here knows counts as namespaced.
[[nodiscard]] bool is_cluster_scoped(std::string_view api_version, std::string_view kind);

}  // namespace yagura::kube
