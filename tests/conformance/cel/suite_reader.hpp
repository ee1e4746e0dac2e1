#pragma once

#include <filesystem>

#include "core/result.hpp"
#include "suite.hpp"

namespace yagura::conformance {

// Reads every *.textproto of the folder; the schema is in its folder proto/, that of
// google.protobuf in `protobuf_include`. Nothing is generated: libprotobuf compiles the schema at
// run time.
[[nodiscard]] Result<Suites> read_suites(const std::filesystem::path& folder,
                                         const std::filesystem::path& protobuf_include);

}  // namespace yagura::conformance
