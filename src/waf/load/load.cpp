#include "waf/load/load.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "waf/seclang/parse.hpp"

namespace yagura::waf {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

void append(seclang::Document& document, seclang::Document&& more) {
  std::move(more.directives.begin(), more.directives.end(),
            std::back_inserter(document.directives));
  std::move(more.files.begin(), more.files.end(), std::back_inserter(document.files));
}

// *.conf of a folder by name, as an Include with a glob reads them; without those that have their
// own place.
std::vector<fs::path> rule_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const fs::path& path = entry.path();
    const std::string name = path.filename().string();
    if (path.extension() == ".conf" && name != "crs-setup.conf" && name != "modsecurity.conf") {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The setup file of a rule set; empty where there is none.
fs::path setup_file(const fs::path& folder) {
  for (const char* name : {"crs-setup.conf", "crs-setup.conf.example"}) {
    if (is_file(folder / name)) return folder / name;
  }
  return {};
}

void read_directives(std::string_view text, std::string_view name, seclang::Document& document,
                     Diagnostics& diagnostics) {
  if (!text.empty()) {
    append(document, seclang::parse_text(text, name, fs::path("."), diagnostics));
  }
}

void read_folder(const RuleSource& source, seclang::Document& document, Diagnostics& diagnostics) {
  const fs::path& folder = source.path;
  if (is_file(folder / "modsecurity.conf")) {
    seclang::parse_file_into(document, folder / "modsecurity.conf", diagnostics);
  } else {
    append(document,
           seclang::parse_text(base_directives(), "(base directives)", folder, diagnostics));
  }
  read_directives(source.directives_before, "(settings)", document, diagnostics);
  if (is_file(folder / "owasp-crs.load")) {
    return seclang::parse_file_into(document, folder / "owasp-crs.load", diagnostics);
  }
  // `--rules crs/rules` means the rule set that the folder is part of.
  const bool has_rules = is_folder(folder / "rules");
  fs::path setup = setup_file(folder);
  if (setup.empty() && !has_rules) setup = setup_file(folder / "..");
  if (!setup.empty()) seclang::parse_file_into(document, setup, diagnostics);
  const std::vector<fs::path> files = rule_files(has_rules ? folder / "rules" : folder);
  if (files.empty()) {
    diagnostics.error(
        folder.string(), 0, 0, "no rules here: neither rules/*.conf nor *.conf",
        "give the folder of a rule set (it holds crs-setup.conf and rules/) or a file");
  }
  for (const fs::path& file : files) seclang::parse_file_into(document, file, diagnostics);
}

std::optional<RuleId> number_of(std::string_view text) {
  RuleId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void read_shadow_item(std::string_view item, CompileOptions& options, Diagnostics& diagnostics) {
  if (item.empty()) return;
  const std::size_t dash = item.find('-');
  const auto first = number_of(item.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number_of(item.substr(dash + 1));
  if (!first || !last) {
    options.shadow_tags.emplace_back(item);
  } else if (*first > *last) {
    diagnostics.error("(shadow)", 0, 0, fmt::format("the range {} ends before it begins", item));
  } else {
    options.shadow_ids.push_back({.first = *first, .last = *last});
  }
}

}  // namespace

seclang::Document read_rules(const RuleSource& source, Diagnostics& diagnostics) {
  seclang::Document document;
  if (is_folder(source.path)) {
    read_folder(source, document, diagnostics);
  } else {
    read_directives(source.directives_before, "(settings)", document, diagnostics);
    if (!source.path.empty()) seclang::parse_file_into(document, source.path, diagnostics);
  }
  read_directives(source.directives, "(directives)", document, diagnostics);
  return document;
}

void read_shadow(std::string_view shadow, CompileOptions& options, Diagnostics& diagnostics) {
  while (!shadow.empty()) {
    const std::size_t comma = shadow.find(',');
    read_shadow_item(trimmed(shadow.substr(0, comma)), options, diagnostics);
    if (comma == std::string_view::npos) break;
    shadow.remove_prefix(comma + 1);
  }
}

namespace {

// Gives a rule set's memory back to the system when its last user lets go of it: tens of megabytes
// in small pieces, of which malloc would keep most, so that a process grew with each reload.
std::shared_ptr<const RuleSet> returning_memory(std::shared_ptr<const RuleSet> rules) {
  const RuleSet* address = rules.get();
  return {address, [held = std::move(rules)](const RuleSet*) mutable {
            held.reset();
#ifdef __GLIBC__
            ::malloc_trim(0);
#endif
          }};
}

}  // namespace

std::shared_ptr<const RuleSet> load_rules(const RuleSource& source, Diagnostics& diagnostics) {
  CompileOptions options{.cache_folder = source.cache_folder, .shadow_ids = {}, .shadow_tags = {}};
  read_shadow(source.shadow, options, diagnostics);
  const seclang::Document document = read_rules(source, diagnostics);
  if (diagnostics.has_errors()) return nullptr;
  auto rules = compile(document, options, diagnostics);
  return rules == nullptr ? nullptr : returning_memory(std::move(rules));
}

}  // namespace yagura::waf
