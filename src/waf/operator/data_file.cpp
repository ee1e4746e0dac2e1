#include "waf/operator/internal/data_file.hpp"

#include <fmt/format.h>

#include <system_error>

#include "core/file.hpp"
#include "waf/operator/internal/argument.hpp"

namespace yagura::waf::internal {
namespace {

constexpr std::string_view kSpaces = " \t";

std::vector<DataLine> split_lines(std::string_view text) {
  std::vector<DataLine> lines;
  std::uint32_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = trimmed(text.substr(start, end - start));
    ++number;
    if (!line.empty() && !line.starts_with('#')) lines.push_back({std::string(line), number});
    start = end + 1;
  }
  return lines;
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be looked at will fail to open, with a better message
  return std::filesystem::exists(path, ignored);
}

}  // namespace

Result<std::filesystem::path> data_file_path(std::string_view name, std::string_view argument,
                                             const OperatorEnvironment& environment) {
  if (argument.empty()) return bad_argument(name, "names no file");
  if (argument.find("://") != std::string_view::npos) {
    return bad_argument(name, fmt::format("'{}' would be fetched from the network, which loading "
                                          "rules never does; download it and name the file",
                                          argument));
  }
  return environment.rule_folder / std::filesystem::path(argument);
}

Result<std::vector<DataLine>> read_data_lines(std::string_view name, std::string_view argument,
                                              const OperatorEnvironment& environment) {
  YAGURA_TRY(const std::filesystem::path path, data_file_path(name, argument, environment));
  auto text = core::read_file(path, {.max_size = kMaxDataFile});
  if (!text) return std::unexpected(std::move(text).error().with_context(fmt::format("@{}", name)));
  return split_lines(*text);
}

Result<std::vector<DataLine>> read_data_files(std::string_view name, std::string_view argument,
                                              const OperatorEnvironment& environment) {
  if (argument.find_first_of(kSpaces) == std::string_view::npos ||
      is_there(environment.rule_folder / std::filesystem::path(argument))) {
    return read_data_lines(name, argument, environment);
  }
  std::vector<DataLine> all;
  for (std::size_t start = argument.find_first_not_of(kSpaces); start < argument.size();) {
    const std::size_t end = std::min(argument.find_first_of(kSpaces, start), argument.size());
    YAGURA_TRY(const std::vector<DataLine> lines,
               read_data_lines(name, argument.substr(start, end - start), environment));
    all.insert(all.end(), lines.begin(), lines.end());
    start = std::min(argument.find_first_not_of(kSpaces, end), argument.size());
  }
  return all;
}

}  // namespace yagura::waf::internal
