#pragma once

// What a scan found, ready to be written in one of the formats.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "model/finding.hpp"

namespace yagura::report {

struct Summary {
  std::uint64_t files = 0;
  std::uint64_t resources = 0;
  std::uint64_t controls = 0;  // that were in force
  std::chrono::milliseconds duration{0};
};

struct Report {
  std::vector<model::Finding> findings;  // in the order of the input; writers sort as their format wants
  std::vector<std::shared_ptr<const model::Control>> controls;  // in force, also those without a finding
  std::vector<Diagnostic> diagnostics;   // problems of reading: files or documents that were not judged
  Summary summary;
  std::string target;                    // what was scanned, as the user named it
  std::string tool_version;
  std::chrono::system_clock::time_point time;  // passed in: tests have a fixed one
};

enum class Format : std::uint8_t { kTable, kJson, kSarif, kJunit, kPolicyReport, kOcsf, kMarkdown, kHtml };

struct WriteOptions {
  bool color = false;        // table: ANSI colours
  std::uint32_t width = 100; // table: columns of the terminal
  bool show_passed = false;
};

[[nodiscard]] Result<Format> format_from_string(std::string_view name);
[[nodiscard]] std::string write(const Report& report, Format format, const WriteOptions& options = {});

}  // namespace yagura::report
