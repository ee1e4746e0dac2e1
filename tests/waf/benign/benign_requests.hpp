#pragma once

// Reads the request files of this folder (README.md tells their format) into raw HTTP/1.1 requests.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::waf::benign {

struct BenignRequest {
  std::string category;  // the file's name without .txt
  std::string name;      // unique within its category
  std::string raw;       // as on the wire
};

// All categories of a folder, by name. The error names file, request and what is wrong.
[[nodiscard]] Result<std::vector<BenignRequest>> read_benign_requests(
    const std::filesystem::path& folder);

// The requests of one file's text; `header_sets` is the text of header_sets.txt.
[[nodiscard]] Result<std::vector<BenignRequest>> parse_benign_requests(
    std::string_view category, std::string_view text, std::string_view header_sets);

}  // namespace yagura::waf::benign
