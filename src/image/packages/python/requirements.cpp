#include "image/packages/python/requirements.hpp"

#include <optional>
#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/python/python_name.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kLargest = std::size_t{8} << 20;

// Windows' shells write UTF-16, which pip reads by its mark. Names and versions are ASCII.
std::string ascii_of(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  const bool little = bytes.starts_with("\xff\xfe");
  if (!little && !bytes.starts_with("\xfe\xff")) return std::string(bytes);
  std::string out;
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
    const char high = bytes[little ? i + 1 : i];
    out.push_back(high == '\0' ? bytes[little ? i : i + 1] : '?');
  }
  return out;
}

// The next line with those that a backslash continues; comments are taken off.
std::optional<std::string> next_logical_line(std::string_view& text) {
  std::string out;
  bool any = false;
  while (const auto line = next_line(text)) {
    any = true;
    std::string_view part = *line;
    auto comment = part.find('#');
    while (comment != std::string_view::npos && comment > 0 && part[comment - 1] != ' ' &&
           part[comment - 1] != '\t') {
      comment = part.find('#', comment + 1);
    }
    const bool has_comment = comment != std::string_view::npos;
    part = part.substr(0, comment);
    const bool continues = !has_comment && part.ends_with('\\');
    if (continues) part.remove_suffix(1);
    out += part;
    if (!continues) return out;
  }
  if (!any) return std::nullopt;
  return out;
}

// "1.2.3" of "==1.2.3", of ">=1, ===1.2.3"; empty where no version is pinned.
std::string_view pinned_version(std::string_view specifiers) {
  if (specifiers.starts_with('(') && specifiers.ends_with(')')) {
    specifiers = specifiers.substr(1, specifiers.size() - 2);
  }
  while (!specifiers.empty()) {
    const auto comma = specifiers.find(',');
    std::string_view one = trimmed(specifiers.substr(0, comma));
    specifiers =
        comma == std::string_view::npos ? std::string_view() : specifiers.substr(comma + 1);
    if (!one.starts_with("==")) continue;
    one.remove_prefix(one.starts_with("===") ? 3 : 2);
    one = trimmed(one);
    if (is_python_version(one)) return one;
  }
  return {};
}

// Of "https://host/foo-1.0-py3-none-any.whl#sha256=…".
NamedVersion wheel_of(std::string_view address) {
  address = address.substr(0, address.find_first_of("#?"));
  std::string_view file = base_name(trimmed(address));
  if (!file.ends_with(".whl")) return {};
  file.remove_suffix(4);
  return split_file_name(file);
}

void read_line(std::string_view line, bool development, PackageCollector& packages) {
  line = trimmed(line);
  if (line.empty() || line.starts_with('-')) return;
  // Options of the requirement: " --hash=…".
  if (const auto option = line.find(" --"); option != std::string_view::npos) {
    line = trimmed(line.substr(0, option));
  }
  if (const auto marker = line.find(';'); marker != std::string_view::npos) {
    line = trimmed(line.substr(0, marker));
  }
  std::string_view name = leading_python_name(line);
  std::string_view rest = trimmed(line.substr(name.size()));
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string_view::npos) return;
    rest = trimmed(rest.substr(close + 1));
  }
  std::string_view version;
  if (name.empty() || rest.starts_with('@') || line.ends_with(".whl")) {
    const NamedVersion wheel = wheel_of(rest.starts_with('@') ? rest.substr(1) : line);
    if (name.empty() || !rest.starts_with('@')) name = wheel.name;
    version = wheel.version;
  } else {
    version = pinned_version(rest);
  }
  if (!is_python_name(name) || !is_python_version(version)) return;
  packages.add(normalized_python_name(name), version, development);
}

}  // namespace

bool is_requirements_file(std::string_view path) {
  const std::string_view name = base_name(path);
  if (!name.ends_with(".txt")) return false;
  return name.starts_with("requirements") || name.ends_with("requirements.txt") ||
         base_name(directory_of(path)) == "requirements";
}

void read_requirements(std::string_view path, std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kPypi, PackageEvidence::kDeclared);
  if (bytes.size() > kLargest) return packages.problem("requirements: too large");
  const std::string_view name = base_name(path);
  const bool development =
      name.find("dev") != std::string_view::npos || name.find("test") != std::string_view::npos;
  const std::string text = ascii_of(bytes);
  std::string_view rest = text;
  while (const auto line = next_logical_line(rest)) read_line(*line, development, packages);
}

}  // namespace yagura::image
