#include "image/packages/rpm/package.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace yagura::image {
namespace {

constexpr std::uint64_t kTypeMask = 0170000;
constexpr std::uint64_t kDirectory = 0040000;
// rpmfiles.h, rpmfileState_e.
constexpr std::uint64_t kStateNormal = 0;
constexpr std::uint64_t kStateNetShared = 3;
// rpmds.h: what the installer must be able to do.
constexpr std::uint64_t kSenseRpmlib = 1U << 24U;

std::string version_of(const RpmHeader& header) {
  std::string version;
  if (const auto epoch = header.number(RpmTag::kEpoch)) version = std::to_string(*epoch) + ":";
  version += header.text(RpmTag::kVersion);
  version += "-";
  version += header.text(RpmTag::kRelease);
  return version;
}

// Which of the header's files are there as files.
class PresentFiles {
 public:
  explicit PresentFiles(const RpmHeader& header)
      : modes_(header.numbers(RpmTag::kFileModes)), states_(header.numbers(RpmTag::kFileStates)) {}

  [[nodiscard]] bool has(std::uint32_t index) const {
    if (index < states_.size()) {
      const std::uint64_t state = states_.at(index);
      if (state != kStateNormal && state != kStateNetShared) return false;
    }
    return index >= modes_.size() || (modes_.at(index) & kTypeMask) != kDirectory;
  }

 private:
  RpmNumbers modes_;
  RpmNumbers states_;
};

class FileCollector {
 public:
  FileCollector(RpmBudget& budget, PathList& files) : budget_(budget), files_(files) {}

  void add(std::string_view directory, std::string_view name) {
    while (directory.starts_with('/')) directory.remove_prefix(1);
    if (directory.empty()) {
      while (name.starts_with('/')) name.remove_prefix(1);
    }
    const std::size_t size = directory.size() + name.size();
    if (name.empty()) return;
    if (size > RpmBudget::kMaxPath || size > budget_.paths_text) {
      budget_.paths_left_out = true;
      return;
    }
    budget_.paths_text -= size;
    path_.assign(directory).append(name);
    files_.push_back(path_);
  }

 private:
  RpmBudget& budget_;
  PathList& files_;
  std::string path_;
};

void add_files(const RpmHeader& header, RpmBudget& budget, PathList& files) {
  const PresentFiles present(header);
  FileCollector collector(budget, files);
  std::vector<std::string_view> directories;
  RpmStrings names = header.texts(RpmTag::kDirNames);
  while (const auto name = names.next()) {
    if (directories.size() >= RpmBudget::kMaxDirectories) {
      budget.paths_left_out = true;
      break;
    }
    directories.push_back(*name);
  }
  if (directories.empty()) {
    RpmStrings old_names = header.texts(RpmTag::kOldFileNames);
    for (std::uint32_t i = 0; const auto name = old_names.next(); ++i) {
      if (present.has(i)) collector.add({}, *name);
    }
    return;
  }
  const RpmNumbers indexes = header.numbers(RpmTag::kDirIndexes);
  RpmStrings base_names = header.texts(RpmTag::kBaseNames);
  for (std::uint32_t i = 0; i < indexes.size(); ++i) {
    const auto name = base_names.next();
    if (!name) return;
    const std::uint64_t directory = indexes.at(i);
    if (directory < directories.size() && present.has(i))
      collector.add(directories[directory], *name);
  }
}

class RelationCollector {
 public:
  RelationCollector(RpmBudget& budget, std::vector<std::string>& names)
      : budget_(budget), names_(names) {}

  void add(std::string_view name) {
    if (name.empty() || name.size() > RpmBudget::kMaxText) return;
    if (!names_.empty() && names_.back() == name) return;
    if (budget_.relations == 0) {
      budget_.relations_left_out = true;
      return;
    }
    --budget_.relations;
    names_.emplace_back(name);
  }

 private:
  RpmBudget& budget_;
  std::vector<std::string>& names_;
};

bool is_word_of_rich_relations(std::string_view word) {
  for (const std::string_view known : {"and", "or", "if", "unless", "else", "with", "without"}) {
    if (word == known) return true;
  }
  return false;
}

bool is_comparison(std::string_view word) {
  return !word.empty() && word.find_first_not_of("<>=") == std::string_view::npos;
}

// "(a >= 1 if (b or c))" (rpm, docs/manual/boolean_dependencies.md): each name, for what needs them
// under which condition is not told apart here.
void add_rich_relation(std::string_view text, RelationCollector& collector) {
  bool is_version = false;
  while (!text.empty()) {
    const auto start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    std::string_view word = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(word.size());
    while (word.starts_with('(')) word.remove_prefix(1);
    // Brackets that belong to a name are balanced: "font(:lang=en)".
    while (word.ends_with(')') && word.find('(') == std::string_view::npos) word.remove_suffix(1);
    if (!is_version && !is_comparison(word) && !is_word_of_rich_relations(word))
      collector.add(word);
    is_version = is_comparison(word);
  }
}

// What a package says of itself, or of the installer: nobody else's matter.
bool is_internal(std::string_view name) {
  return name.starts_with("rpmlib(") || name.starts_with("config(");
}

void add_relations(const RpmHeader& header, RpmBudget& budget, Package& package) {
  RelationCollector needs(budget, package.depends);
  const RpmNumbers flags = header.numbers(RpmTag::kRequireFlags);
  RpmStrings required = header.texts(RpmTag::kRequireName);
  for (std::uint32_t i = 0; const auto name = required.next(); ++i) {
    if ((flags.at(i) & kSenseRpmlib) != 0 || is_internal(*name)) continue;
    if (name->starts_with('(')) {
      add_rich_relation(*name, needs);
    } else {
      needs.add(*name);
    }
  }
  RelationCollector gives(budget, package.provides);
  RpmStrings provided = header.texts(RpmTag::kProvideName);
  while (const auto name = provided.next()) {
    if (*name != package.name && !is_internal(*name)) gives.add(*name);
  }
}

bool too_long(const Package& package) {
  constexpr std::size_t kMax = RpmBudget::kMaxText;
  return package.name.size() > kMax || package.version.size() > kMax ||
         package.architecture.size() > kMax || package.source_name.size() > kMax ||
         package.source_version.size() > kMax || package.module_label.size() > kMax;
}

}  // namespace

RpmSource parse_source_rpm(std::string_view file) {
  for (const std::string_view suffix : {".nosrc.rpm", ".src.rpm"}) {
    if (!file.ends_with(suffix)) continue;
    file.remove_suffix(suffix.size());
    const auto release = file.rfind('-');
    if (release == std::string_view::npos || release == 0) return {};
    const auto version = file.rfind('-', release - 1);
    if (version == std::string_view::npos || version == 0) return {};
    return {.name = file.substr(0, version), .version = file.substr(version + 1)};
  }
  return {};
}

void set_rpm_source(std::string_view source_rpm, std::string_view own_version, Package& package) {
  const RpmSource source = parse_source_rpm(source_rpm);
  if (source.name != package.name) package.source_name = source.name;
  if (source.version != own_version) package.source_version = source.version;
}

Result<Package> rpm_package(const RpmHeader& header, RpmBudget& budget) {
  const std::string_view name = header.text(RpmTag::kName);
  const std::string_view version = header.text(RpmTag::kVersion);
  const std::string_view release = header.text(RpmTag::kRelease);
  if (name.empty()) return fail(ErrorCode::kInvalidInput, "has no name");
  if (version.empty() || release.empty()) return fail(ErrorCode::kInvalidInput, "has no version");
  Package package{
      .type = PackageType::kRpm,
      .evidence = PackageEvidence::kInstalled,
      .name = std::string(name),
      .version = version_of(header),
      .architecture = std::string(header.text(RpmTag::kArch)),
      .maintainer = std::string(header.text(RpmTag::kVendor).substr(0, RpmBudget::kMaxText)),
      .module_label = std::string(header.text(RpmTag::kModularityLabel))};
  set_rpm_source(header.text(RpmTag::kSourceRpm), std::string(version) + "-" + std::string(release),
                 package);
  if (too_long(package))
    return fail(ErrorCode::kLimitExceeded, "has a name or version that is too long");
  if (const std::string_view license = header.text(RpmTag::kLicense); !license.empty()) {
    package.licenses.emplace_back(license.substr(0, RpmBudget::kMaxPath));
  }
  package.installed_size =
      header.number(RpmTag::kLongSize).value_or(header.number(RpmTag::kSize).value_or(0));
  add_relations(header, budget, package);
  add_files(header, budget, package.files);
  return package;
}

}  // namespace yagura::image
