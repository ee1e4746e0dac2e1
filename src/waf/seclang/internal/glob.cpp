#include "waf/seclang/internal/glob.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <memory>

namespace yagura::waf::seclang {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> files_matching(const fs::path& pattern, std::size_t limit) {
  const std::string text = pattern.string();
  if (text.find('\0') != std::string::npos) {
    return fail(ErrorCode::kInvalidInput, "a path with a NUL byte");
  }
  std::error_code ignored;
  if (text.find_first_of("*?[") == std::string::npos) {
    std::vector<fs::path> one;
    if (fs::exists(pattern, ignored)) one.push_back(pattern);
    return one;
  }
  glob_t found{};
  const int status = ::glob(text.c_str(), GLOB_NOSORT, nullptr, &found);
  const std::unique_ptr<glob_t, decltype(&::globfree)> guard(&found, &::globfree);
  if (status == GLOB_NOMATCH) return std::vector<fs::path>();
  if (status != 0) return fail(ErrorCode::kIo, fmt::format("cannot read the folders of {}", text));
  if (found.gl_pathc > limit) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("{} matches {} files, more than {}", text, found.gl_pathc, limit));
  }
  std::vector<fs::path> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  std::sort(paths.begin(), paths.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return paths;
}

}  // namespace yagura::waf::seclang
