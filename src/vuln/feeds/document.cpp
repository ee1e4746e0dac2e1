#include "vuln/feeds/document.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "vuln/feeds/csaf.hpp"
#include "vuln/feeds/debian.hpp"
#include "vuln/feeds/osv.hpp"
#include "vuln/feeds/oval.hpp"
#include "vuln/feeds/scores.hpp"
#include "vuln/feeds/secdb.hpp"

namespace yagura::vuln {

namespace {

using json::Element;
using json::Object;

constexpr std::size_t kMaxProblems = 1'000;  // of one document

bool has(const Object& object, std::string_view key) {
  Element element;
  return object[key].get(element) == simdjson::SUCCESS;
}

// package -> {"CVE-…": {…, "releases": …}}
bool is_debian_tracker(const Object& root) {
  for (const auto package : root) {
    Object issues;
    if (package.value.get(issues) != simdjson::SUCCESS) return false;
    for (const auto issue : issues) {
      Object fields;
      return issue.value.get(fields) == simdjson::SUCCESS && has(fields, "releases");
    }
  }
  return false;
}

FeedFormat format_of(const Object& root) {
  if (has(root, "id") && (has(root, "modified") || has(root, "affected"))) return FeedFormat::kOsv;
  if (has(root, "vulns")) return FeedFormat::kOsv;
  if (has(root, "catalogVersion") && has(root, "vulnerabilities")) return FeedFormat::kKev;
  if (has(root, "document") && has(root, "product_tree")) return FeedFormat::kCsaf;
  if (has(root, "packages") && (has(root, "distroversion") || has(root, "apkurl"))) {
    return FeedFormat::kSecdb;
  }
  if (is_debian_tracker(root)) return FeedFormat::kDebianTracker;
  return FeedFormat::kUnknown;
}

void add_osv(const Element& element, std::string_view name, Parsed& parsed) {
  auto record = read_osv(element);
  if (!record) {
    add_problem(parsed, name, 0, record.error().message);
    return;
  }
  parsed.data_time = std::max(parsed.data_time, record->modified);
  parsed.records.push_back(*std::move(record));
}

void read_object(const Element& element, const Object& root, std::string_view name,
                 Parsed& parsed) {
  const FeedFormat format = format_of(root);
  parsed.format = format;
  switch (format) {
    case FeedFormat::kOsv:
      if (has(root, "vulns")) {
        json::each(root, "vulns", [&](const Element& inner) { add_osv(inner, name, parsed); });
      } else {
        add_osv(element, name, parsed);
      }
      break;
    case FeedFormat::kKev:
      read_kev(root, name, parsed);
      break;
    case FeedFormat::kCsaf:
      read_csaf(root, name, parsed);
      break;
    case FeedFormat::kSecdb:
      read_secdb(root, name, parsed);
      break;
    case FeedFormat::kDebianTracker:
      read_debian_tracker(root, name, parsed);
      break;
    default:
      add_problem(parsed, name, 0, "JSON of no format that is known here");
  }
}

void read_json(const Element& element, std::string_view name, Parsed& parsed) {
  Object root;
  if (element.get(root) == simdjson::SUCCESS) {
    read_object(element, root, name, parsed);
    return;
  }
  json::Array array;
  if (element.get(array) == simdjson::SUCCESS) {
    parsed.format = FeedFormat::kOsv;
    for (const Element inner : array) add_osv(inner, name, parsed);
    return;
  }
  add_problem(parsed, name, 0, "neither an object nor an array");
}

// A record a line. False: the first line alone is no JSON either.
bool read_lines(std::string_view bytes, std::string_view name, json::Reader& reader,
                Parsed& parsed) {
  std::uint64_t number = 0;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto root = reader.parse(line);
    if (!root) {
      if (parsed.records.empty() && parsed.scores.empty()) return false;
      add_problem(parsed, name, number, "is no JSON: " + root.error().message);
      continue;
    }
    read_json(*root, name, parsed);
  }
  return true;
}

}  // namespace

std::string_view to_string(FeedFormat format) {
  switch (format) {
    case FeedFormat::kUnknown:
      return "unknown";
    case FeedFormat::kOsv:
      return "osv";
    case FeedFormat::kDebianTracker:
      return "debian-tracker";
    case FeedFormat::kDebianList:
      return "debian-list";
    case FeedFormat::kSecdb:
      return "secdb";
    case FeedFormat::kCsaf:
      return "csaf";
    case FeedFormat::kOval:
      return "oval";
    case FeedFormat::kKev:
      return "kev";
    case FeedFormat::kEpss:
      return "epss";
  }
  return "unknown";
}

void add_problem(Parsed& parsed, std::string_view file, std::uint64_t line, std::string message) {
  if (parsed.problems.size() >= kMaxProblems) return;
  parsed.problems.push_back({.level = DiagnosticLevel::kWarning,
                             .file = std::string(file),
                             .line = static_cast<std::uint32_t>(line),
                             .column = 0,
                             .message = std::move(message),
                             .hint = {}});
}

void read_document(std::string_view name, std::string_view bytes, json::Reader& reader,
                   Parsed& parsed) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const auto first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    add_problem(parsed, name, 0, "is empty");
    return;
  }
  const char start = bytes[first];
  if (start == '<') {
    parsed.format = FeedFormat::kOval;
    read_oval(bytes.substr(first), name, parsed);
  } else if (is_epss(bytes)) {
    parsed.format = FeedFormat::kEpss;
    read_epss(bytes, name, parsed);
  } else if (is_debian_list(bytes)) {
    parsed.format = FeedFormat::kDebianList;
    read_debian_list(bytes, name, parsed);
  } else if (start == '{' || start == '[') {
    if (const auto root = reader.parse(bytes)) {
      read_json(*root, name, parsed);
    } else if (start != '{' || !read_lines(bytes, name, reader, parsed)) {
      add_problem(parsed, name, 0, "is no JSON: " + root.error().message);
    }
  } else {
    add_problem(parsed, name, 0, "of no format that is known here");
  }
}

}  // namespace yagura::vuln
