#include "cli/waf_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "core/json_text.hpp"
#include "waf/compile/catalogue.hpp"
#include "waf/load/load.hpp"

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;
using Entries = std::vector<waf::CatalogueEntry>;

bool runs_at(const waf::CatalogueEntry& entry, unsigned level) {
  return level == 0 || entry.paranoia_level <= level;
}

Result<waf::RuleSource> source_of(const WafListOptions& options) {
  std::error_code ignored;
  for (const std::string& path : {options.rules, options.exclusions}) {
    if (!path.empty() && !fs::exists(path, ignored)) {
      return fail(ErrorCode::kNotFound, path + ": no such file or folder");
    }
  }
  waf::RuleSource source{.path = options.rules,
                         .directives = {},
                         .directives_before = {},
                         .cache_folder = options.cache,
                         .shadow = options.shadow};
  // As the gateway reads them.
  if (!options.exclusions.empty()) {
    const std::string path = fs::absolute(options.exclusions).string();
    if (path.find_first_of("\"\n") != std::string::npos) {
      return fail(ErrorCode::kInvalidInput, "a path with a quote or a line end in it: " + path);
    }
    source.directives_before = fmt::format("Include \"{}\"\n", path);
  }
  return source;
}

Result<Entries> load(const WafListOptions& options) {
  YAGURA_TRY(const waf::RuleSource source, source_of(options));
  Diagnostics diagnostics;
  waf::CompileOptions compile_options;
  compile_options.cache_folder = source.cache_folder;
  waf::read_shadow(source.shadow, compile_options, diagnostics);
  const waf::seclang::Document document = waf::read_rules(source, diagnostics);
  std::shared_ptr<const waf::RuleSet> set;
  if (!diagnostics.has_errors()) set = waf::compile(document, compile_options, diagnostics);
  print_diagnostics(diagnostics);
  if (set == nullptr) {
    return fail(ErrorCode::kInvalidInput, options.rules + ": the rules cannot be used");
  }
  Entries entries = waf::catalogue(document, *set);
  std::erase_if(entries, [&](const auto& entry) { return !runs_at(entry, options.level); });
  return entries;
}

std::string_view state_of(const waf::CatalogueEntry& entry) {
  if (!entry.removed_by.empty()) return "removed";
  if (entry.shadow) return "shadow";
  return entry.updated_by.empty() ? "loaded" : "updated";
}

std::string_view name_of(waf::ScanUse use) {
  switch (use) {
    case waf::ScanUse::kNothingToScan:
      return "-";
    case waf::ScanUse::kNoTarget:
      return "none";
    case waf::ScanUse::kSomeTargets:
      return "some";
    case waf::ScanUse::kAllTargets:
      return "all";
  }
  return "";
}

std::string or_dash(std::string_view text) { return std::string(text.empty() ? "-" : text); }

void print_details(const waf::CatalogueEntry& entry) {
  std::string tags;
  for (const std::string& tag : entry.tags) tags += (tags.empty() ? "" : ", ") + tag;
  fmt::print("          {}:{}{}\n", entry.file, entry.line,
             entry.links > 1 ? fmt::format(", a chain of {}", entry.links) : "");
  if (!tags.empty()) fmt::print("          tags {}\n", tags);
  if (!entry.removed_by.empty()) fmt::print("          removed by {}\n", entry.removed_by);
  for (const std::string& by : entry.updated_by) fmt::print("          updated by {}\n", by);
}

void print_table(const Entries& entries, bool verbose) {
  fmt::print("{:<10}{:<6}{:<3} {:<9} {:<4} {:<8} {:<52} {}\n", "RULE", "PHASE", "PL", "SEVERITY",
             "SCAN", "STATE", "PLACE", "MESSAGE");
  for (const waf::CatalogueEntry& entry : entries) {
    const std::string place =
        fmt::format("{}:{}", fs::path(entry.file).filename().string(), entry.line);
    fmt::print("{:<10}{:<6}{:<3} {:<9} {:<4} {:<8} {:<52} {}\n", entry.id, entry.phase,
               entry.paranoia_level == 0 ? "-" : std::to_string(entry.paranoia_level),
               or_dash(waf::severity_name(entry.severity)), name_of(entry.scan), state_of(entry),
               place, or_dash(entry.message));
    if (verbose) print_details(entry);
  }
  const auto count = [&](auto predicate) { return std::ranges::count_if(entries, predicate); };
  using Entry = waf::CatalogueEntry;
  fmt::print(
      "\n{} rules: {} removed, {} updated; {} scanned by the first stage, {} in part\n",
      entries.size(), count([](const Entry& each) { return !each.removed_by.empty(); }),
      count([](const Entry& each) { return each.removed_by.empty() && !each.updated_by.empty(); }),
      count([](const Entry& each) { return each.scan == waf::ScanUse::kAllTargets; }),
      count([](const Entry& each) { return each.scan == waf::ScanUse::kSomeTargets; }));
}

void append_json(core::JsonWriter& json, const waf::CatalogueEntry& entry) {
  const auto list = [&json](const char* name, const std::vector<std::string>& texts) {
    json.key(name).begin_array();
    for (const std::string& text : texts) json.value(text);
    json.end_array();
  };
  json.begin_object().member("id", entry.id).member("phase", int{entry.phase});
  json.key("paranoiaLevel");
  entry.paranoia_level == 0 ? json.null() : json.value(entry.paranoia_level);
  json.key("severity");
  entry.severity < 0 ? json.null() : json.value(waf::severity_name(entry.severity));
  json.member("message", entry.message);
  list("tags", entry.tags);
  json.member("file", entry.file).member("line", entry.line).member("chain", entry.links);
  json.member("state", state_of(entry)).member("shadow", entry.shadow);
  json.key("removedBy");
  entry.removed_by.empty() ? json.null() : json.value(entry.removed_by);
  list("updatedBy", entry.updated_by);
  json.key("scanned");
  entry.scan == waf::ScanUse::kNothingToScan ? json.null() : json.value(name_of(entry.scan));
  json.end_object();
}

void print_json(const Entries& entries) {
  std::string text;
  core::JsonWriter json(text);
  json.begin_array();
  for (const waf::CatalogueEntry& entry : entries) append_json(json, entry);
  json.end_array();
  std::printf("%s\n", text.c_str());
}

}  // namespace

ExitCode run_waf_list(const WafListOptions& options) {
  const auto entries = load(options);
  if (!entries) return report_error(entries.error());
  if (options.format == "json") {
    print_json(*entries);
  } else {
    print_table(*entries, options.verbose);
  }
  return ExitCode::kClean;
}

}  // namespace yagura::cli
