#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "vuln/feeds/record.hpp"

namespace yagura::vuln {

enum class FeedFormat : std::uint8_t {
  kUnknown,
  kOsv,
  kDebianTracker,
  kDebianList,  // DSA/list, DLA/list
  kSecdb,
  kCsaf,
  kOval,
  kKev,
  kEpss,
};
// "osv", "debian-tracker", "debian-list", "secdb", "csaf", "oval", "kev", "epss", "unknown".
[[nodiscard]] std::string_view to_string(FeedFormat format);

// What readers find in one document. They add to it and never take away.
struct Parsed {
  FeedFormat format = FeedFormat::kUnknown;
  std::vector<Record> records;
  std::vector<Score> scores;
  std::string data_time;  // RFC 3339 or a date, as the document itself tells its age; may be empty
  std::vector<Diagnostic> problems;  // records that can't be used; the others are there
};

// Keeps problems of hostile documents from filling memory.
void add_problem(Parsed& parsed, std::string_view file, std::uint64_t line, std::string message);

}  // namespace yagura::vuln
