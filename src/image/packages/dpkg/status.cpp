#include "image/packages/dpkg/status.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "image/model/problems.hpp"
#include "image/packages/dpkg/paragraphs.hpp"
#include "image/packages/dpkg/relations.hpp"

namespace yagura::image {
namespace {

std::string_view what_is_read(PackageType type) {
  return type == PackageType::kOpkg ? "opkg status" : "dpkg status";
}

// The last of "install ok installed": want, flag, state.
bool files_are_there(std::string_view status) {
  if (status.empty()) return true;
  const auto blank = status.find_last_of(" \t");
  const std::string_view state =
      blank == std::string_view::npos ? status : status.substr(blank + 1);
  return !equal_ignoring_case(state, "not-installed") &&
         !equal_ignoring_case(state, "config-files");
}

std::uint64_t parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// dpkg counts in KiB, opkg in bytes.
std::uint64_t installed_size(std::string_view text, PackageType type) {
  const std::uint64_t number = parse_number(text);
  if (type == PackageType::kOpkg) return number;
  constexpr std::uint64_t kKibi = 1024;
  return number > std::numeric_limits<std::uint64_t>::max() / kKibi ? 0 : number * kKibi;
}

void set_source(std::string_view field, Package& package) {
  const SourceField source = parse_source_field(field);
  if (source.name != package.name) package.source_name = source.name;
  if (source.version != package.version) package.source_version = source.version;
}

struct StatusFields {
  std::string_view package, version, status, source, architecture, maintainer, size, essential,
      priority, depends, pre_depends, provides, license;
};

struct KnownField {
  std::string_view name;
  std::string_view StatusFields::* slot;
  bool is_folded = false;  // goes on in continuation lines (Policy 5.1)
};

// Names differ in length or in their first letters, so most comparisons end at once.
constexpr KnownField kKnownFields[] = {
    {"Package", &StatusFields::package},
    {"Version", &StatusFields::version},
    {"Status", &StatusFields::status},
    {"Source", &StatusFields::source},
    {"Architecture", &StatusFields::architecture},
    {"Maintainer", &StatusFields::maintainer},
    {"Installed-Size", &StatusFields::size},
    {"Essential", &StatusFields::essential},
    {"Priority", &StatusFields::priority},
    {"Depends", &StatusFields::depends, true},
    {"Pre-Depends", &StatusFields::pre_depends, true},
    {"Provides", &StatusFields::provides, true},
    {"License", &StatusFields::license},
};

// Of a field that comes twice the first counts.
StatusFields pick_fields(const ParagraphReader& reader) {
  StatusFields fields;
  for (const ParagraphField& field : reader.fields()) {
    for (const KnownField& known : kKnownFields) {
      if (!equal_ignoring_case(field.name, known.name)) continue;
      if ((fields.*known.slot).empty()) {
        fields.*known.slot = known.is_folded ? field.value : field.first_line();
      }
      break;
    }
  }
  return fields;
}

bool too_long(const StatusFields& fields, std::size_t limit) {
  return fields.package.size() > limit || fields.version.size() > limit ||
         fields.architecture.size() > limit || fields.source.size() > limit;
}

// `relations`: how many names may still be kept.
Package make_package(const StatusFields& fields, PackageType type, std::size_t& relations) {
  Package package{.type = type,
                  .evidence = PackageEvidence::kInstalled,
                  .name = std::string(fields.package),
                  .version = std::string(fields.version),
                  .architecture = std::string(fields.architecture),
                  .maintainer = std::string(fields.maintainer),
                  .installed_size = installed_size(fields.size, type),
                  .essential = equal_ignoring_case(fields.essential, "yes") ||
                               equal_ignoring_case(fields.priority, "required")};
  // opkg's Source is a path in the tree that it was built from.
  if (type == PackageType::kDeb && !fields.source.empty()) set_source(fields.source, package);
  if (!fields.license.empty()) package.licenses.emplace_back(fields.license);
  append_relation_names(fields.pre_depends, relations, package.depends);
  append_relation_names(fields.depends, relations, package.depends);
  append_relation_names(fields.provides, relations, package.provides);
  return package;
}

}  // namespace

void read_status(std::string_view text, PackageType type, FileFacts& facts,
                 const StatusLimits& limits) {
  Problems problems(facts, what_is_read(type));
  ParagraphReader reader(text);
  std::size_t relations = limits.max_relations;
  while (reader.next()) {
    const auto complain = [&](std::string_view about) {
      problems.add("paragraph " + std::to_string(reader.number()) + " " + std::string(about));
    };
    if (reader.stray_lines() > 0) complain("has lines that are no fields");
    const StatusFields fields = pick_fields(reader);
    if (!files_are_there(fields.status)) continue;
    if (fields.package.empty()) {
      complain("names no package");
    } else if (fields.version.empty()) {
      complain("has no version");
    } else if (too_long(fields, limits.max_text)) {
      complain("has a name or version that is too long");
    } else if (facts.packages.size() >= limits.max_packages) {
      problems.add("more than " + std::to_string(limits.max_packages) +
                   " packages; the rest was not read");
      return;
    } else {
      facts.packages.push_back(make_package(fields, type, relations));
    }
  }
  if (relations == 0) problems.add("more relations than are kept; what packages need is not whole");
}

void read_automatic_marks(std::string_view text, PackageType type, FileFacts& facts,
                          const StatusLimits& limits) {
  ParagraphReader reader(text);
  while (reader.next() && facts.notes.size() < limits.max_packages) {
    const std::string_view mark = reader.find("Auto-Installed");
    if (mark != "1" && !equal_ignoring_case(mark, "yes")) continue;
    const std::string_view package = reader.find("Package");
    const std::string_view architecture = reader.find("Architecture");
    if (package.empty() || package.size() > limits.max_text ||
        architecture.size() > limits.max_text) {
      continue;
    }
    facts.notes.push_back({.type = type,
                           .package = std::string(package),
                           .architecture = std::string(architecture),
                           .automatic = true});
  }
}

}  // namespace yagura::image
