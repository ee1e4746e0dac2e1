#include "vuln/feeds/scores.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace yagura::vuln {

namespace {

std::optional<double> probability(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

std::string_view cut(std::string_view& line) {
  const auto end = std::min(line.find(','), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

}  // namespace

void read_kev(const json::Object& root, std::string_view file, Parsed& parsed) {
  parsed.data_time = json::text(root, "dateReleased");
  json::each_object(root, "vulnerabilities", [&](const json::Object& entry) {
    const std::string_view id = json::text(entry, "cveID");
    const std::string_view date = json::text(entry, "dateAdded");
    if (!is_cve(id)) {
      add_problem(parsed, file, 0, "an entry without a CVE's name");
      return;
    }
    Score score;
    score.cve = id;
    score.exploited_since = date.empty() || date.size() > 32 ? "unknown" : std::string(date);
    parsed.scores.push_back(std::move(score));
  });
}

bool is_epss(std::string_view bytes) {
  return bytes.starts_with("#model_version") || bytes.starts_with("cve,epss");
}

void read_epss(std::string_view bytes, std::string_view file, Parsed& parsed) {
  std::uint64_t number = 0;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) {
      constexpr std::string_view kDate = "score_date:";
      if (const auto at = line.find(kDate); at != std::string_view::npos) {
        std::string_view rest = line.substr(at + kDate.size());
        parsed.data_time = cut(rest);
      }
      continue;
    }
    if (line.empty() || line.starts_with("cve,")) continue;
    const std::string_view id = cut(line);
    const auto epss = probability(cut(line));
    const auto percentile = probability(cut(line));
    if (!is_cve(id) || !epss || !percentile) {
      add_problem(parsed, file, number, "needs a CVE and two numbers between 0 and 1");
      continue;
    }
    parsed.scores.push_back(
        {.cve = std::string(id), .epss = *epss, .percentile = *percentile, .exploited_since = {}});
  }
}

}  // namespace yagura::vuln
