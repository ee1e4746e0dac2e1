#pragma once

// Files that an operator's argument names: lists of phrases or networks, one a line.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "waf/operator/operator.hpp"

namespace yagura::waf::internal {

inline constexpr std::uint64_t kMaxDataFile = std::uint64_t{64} << 20;  // bytes

// Where the file is: absolute, or beside the rules. URLs are refused: nothing is fetched while
// rules are read.
[[nodiscard]] Result<std::filesystem::path> data_file_path(std::string_view name,
                                                           std::string_view argument,
                                                           const OperatorEnvironment& environment);

struct DataLine {
  std::string text;  // without white space at both ends
  std::uint32_t number = 0;
};

// The lines of one file, without empty ones and those that begin with '#'.
[[nodiscard]] Result<std::vector<DataLine>> read_data_lines(std::string_view name,
                                                            std::string_view argument,
                                                            const OperatorEnvironment& environment);

// The same of several files, separated by spaces; a name that exists as written is one file.
[[nodiscard]] Result<std::vector<DataLine>> read_data_files(std::string_view name,
                                                            std::string_view argument,
                                                            const OperatorEnvironment& environment);

}  // namespace yagura::waf::internal
