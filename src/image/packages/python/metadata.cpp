#include "image/packages/python/metadata.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/python/python_name.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMostHeaders = 20'000;
constexpr std::size_t kMostFiles = 500'000;

struct Header {
  std::string_view name;
  std::string_view value;  // the first line
  bool has_more_lines = false;
};

// Calls `visit` for each header; linear.
template <class Visit>
void for_each_header(std::string_view text, Visit visit) {
  std::optional<Header> header;
  std::size_t count = 0;
  while (const auto line = next_line(text)) {
    if (line->empty() || ++count > kMostHeaders) break;
    if (line->front() == ' ' || line->front() == '\t') {
      if (header && !trimmed(*line).empty()) header->has_more_lines = true;
      continue;
    }
    if (header) visit(*header);
    header.reset();
    const auto colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    header = Header{.name = line->substr(0, colon), .value = trimmed(line->substr(colon + 1))};
  }
  if (header) visit(*header);
}

// "MIT License" of "License :: OSI Approved :: MIT License".
std::string_view license_of_classifier(std::string_view classifier) {
  if (!classifier.starts_with("License ::")) return {};
  const std::string_view last = trimmed(classifier.substr(classifier.rfind("::") + 2));
  return last == "OSI Approved" ? std::string_view() : last;
}

struct Headers {
  std::string_view name;
  std::string_view version;
  std::string_view license_expression;
  std::string_view license;
  std::string_view author;
  std::vector<std::string_view> classifier_licenses;
  std::vector<std::string> depends;
};

void add_dependency(std::string_view requirement, Headers& out) {
  // What only an extra needs is not needed.
  const auto marker = requirement.find(';');
  if (marker != std::string_view::npos &&
      requirement.find("extra", marker) != std::string_view::npos) {
    return;
  }
  const std::string_view name = leading_python_name(requirement);
  if (!name.empty()) out.depends.push_back(normalized_python_name(name));
}

Headers read_headers(std::string_view bytes) {
  Headers out;
  for_each_header(bytes, [&out](const Header& header) {
    const std::string key = ascii_lowered(header.name);
    if (key == "name") {
      out.name = header.value;
    } else if (key == "version") {
      out.version = header.value;
    } else if (key == "license-expression") {
      out.license_expression = header.value;
    } else if (key == "license" && !header.has_more_lines) {
      out.license = header.value;
    } else if (key == "author" || (key == "author-email" && out.author.empty())) {
      out.author = header.value;
    } else if (key == "classifier") {
      if (const auto license = license_of_classifier(header.value); !license.empty()) {
        out.classifier_licenses.push_back(license);
      }
    } else if (key == "requires-dist") {
      add_dependency(header.value, out);
    }
  });
  return out;
}

void add_licenses(const Headers& headers, Package& package) {
  add_license(package, headers.license_expression);
  if (package.licenses.empty()) add_license(package, headers.license);
  if (!package.licenses.empty()) return;
  for (const std::string_view license : headers.classifier_licenses) add_license(package, license);
}

// What the path says: the directory "NAME-VERSION.dist-info", the file "NAME-VERSION.egg-info".
NamedVersion named_by_path(std::string_view path) {
  for (std::string_view part : {base_name(path), base_name(directory_of(path)),
                                base_name(directory_of(directory_of(path)))}) {
    for (const std::string_view suffix : {".dist-info", ".egg-info", ".egg"}) {
      if (!part.ends_with(suffix)) continue;
      part.remove_suffix(suffix.size());
      return split_file_name(part);
    }
  }
  return {};
}

// The first field of a line of CSV; quotes within are doubled.
std::string first_field(std::string_view line) {
  if (!line.starts_with('"')) return std::string(line.substr(0, line.find(',')));
  std::string out;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (i + 1 >= line.size() || line[i + 1] != '"') break;
      ++i;
    }
    out.push_back(line[i]);
  }
  return out;
}

template <class Field>
void read_files(std::string_view path, std::string_view base, std::string_view bytes, Field field,
                FileFacts& facts) {
  const std::string_view name = named_by_path(path).name;
  if (!is_python_name(name)) return;
  OwnedFiles owned{.type = PackageType::kPypi, .package = normalized_python_name(name)};
  std::size_t count = 0;
  while (const auto line = next_line(bytes)) {
    if (trimmed(*line).empty()) continue;
    if (++count > kMostFiles) {
      facts.problems.push_back("more than " + std::to_string(kMostFiles) + " files of a package");
      break;
    }
    if (auto file = joined_path(base, field(*line))) owned.files.push_back(*file);
  }
  if (!owned.files.empty()) facts.owned.push_back(std::move(owned));
}

}  // namespace

PythonMetadata python_metadata_kind(std::string_view path) {
  const std::string_view name = base_name(path);
  const std::string_view directory = base_name(directory_of(path));
  if (name == "METADATA" && directory.ends_with(".dist-info")) return PythonMetadata::kHeaders;
  if (name == "RECORD" && directory.ends_with(".dist-info")) return PythonMetadata::kRecord;
  if (name == "PKG-INFO" && (directory.ends_with(".egg-info") || directory == "EGG-INFO")) {
    return PythonMetadata::kHeaders;
  }
  if (name == "installed-files.txt" && directory.ends_with(".egg-info")) {
    return PythonMetadata::kInstalledFiles;
  }
  return name.ends_with(".egg-info") ? PythonMetadata::kHeaders : PythonMetadata::kNone;
}

void read_python_headers(std::string_view path, std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kPypi, PackageEvidence::kInstalled);
  Headers headers = read_headers(without_byte_order_mark(bytes));
  const NamedVersion named = named_by_path(path);
  if (headers.name.empty()) headers.name = named.name;
  if (headers.version.empty()) headers.version = named.version;
  if (!is_python_name(headers.name) || headers.version.empty()) {
    return packages.problem("Python metadata: no name or no version");
  }
  Package* package = packages.add(normalized_python_name(headers.name), headers.version).package;
  if (package == nullptr) return;
  add_licenses(headers, *package);
  if (headers.author != "UNKNOWN") package->maintainer = headers.author.substr(0, 300);
  package->depends = std::move(headers.depends);
  std::ranges::sort(package->depends);
  const auto repeated = std::ranges::unique(package->depends);
  package->depends.erase(repeated.begin(), repeated.end());
}

void read_python_record(std::string_view path, std::string_view bytes, FileFacts& facts) {
  read_files(path, directory_of(directory_of(path)), bytes, first_field, facts);
}

void read_python_installed_files(std::string_view path, std::string_view bytes, FileFacts& facts) {
  read_files(
      path, directory_of(path), bytes, [](std::string_view line) { return trimmed(line); }, facts);
}

}  // namespace yagura::image
