#pragma once

// Reads RuntimePolicy documents (docs/runtime-policies.md). Whose bytes: the operator's. A field
// that is not known is an error, not a warning: a slip of the pen must not switch a protection off.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "kube/document.hpp"
#include "sensor/enforce/policy/policy.hpp"

namespace yagura::sensor::enforce {

inline constexpr std::string_view kPolicyApiVersion = "yagura.dev/v1alpha1";
inline constexpr std::string_view kPolicyKind = "RuntimePolicy";

struct PolicyLimits {
  std::size_t max_policies = 1'000;
  std::size_t max_rules = 1'000;    // of one policy
  std::size_t max_values = 20'000;  // paths, addresses, ports … of one policy
};

// Every policy of the source that is without errors; documents of other kinds are errors. All
// problems of all documents are reported.
[[nodiscard]] std::vector<Policy> read_policies(const std::shared_ptr<const kube::Source>& source,
                                                Diagnostics& diagnostics,
                                                const PolicyLimits& limits = {});

// A file, or every .yaml, .yml and .json file of a folder (by name, not below). Two policies with
// one name are an error. Error: the path cannot be read.
[[nodiscard]] Result<std::vector<Policy>> load_policies(const std::filesystem::path& path,
                                                        Diagnostics& diagnostics,
                                                        const PolicyLimits& limits = {});

}  // namespace yagura::sensor::enforce
