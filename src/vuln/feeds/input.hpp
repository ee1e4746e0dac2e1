#pragma once

// From a path to the documents in it, inflated, one after the other.

#include <filesystem>
#include <functional>
#include <string>

#include "core/result.hpp"
#include "vuln/feeds/load.hpp"

namespace yagura::vuln {

// `name` is for messages: "all.zip/PYSEC-2020-1.json".
using TakeDocument = std::function<Result<void>(std::string name, std::string bytes)>;

[[nodiscard]] Result<void> for_each_document(const std::filesystem::path& path,
                                             const FeedLimits& limits, const TakeDocument& take);

}  // namespace yagura::vuln
