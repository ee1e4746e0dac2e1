#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "image/model/distro.hpp"

namespace yagura::image {
namespace {

Distro distro(std::string id, std::string version, std::string name = {}) {
  Distro out;
  out.id = std::move(id);
  out.version_id = std::move(version);
  out.name = std::move(name);
  return out;
}

struct Case {
  std::string_view id;
  std::string_view version;
  std::string_view standard;
  std::string_view extended;
};

TEST(EndOfLife, ReleasesAreFoundByWhatOsReleaseSays) {
  const Case cases[] = {
      {"debian", "12", "2026-07-11", "2028-06-30"},
      {"debian", "11", "2024-08-14", "2026-08-31"},
      {"ubuntu", "22.04", "2027-06-01", "2032-04-21"},
      {"ubuntu", "23.10", "2024-07-11", ""},
      {"alpine", "3.19.1", "2025-11-01", ""},
      {"alpine", "3.2.3", "2017-05-01", ""},
      {"rhel", "9.3", "2032-05-31", "2035-05-31"},
      {"rhel", "10.0", "2035-05-31", "2038-05-31"},
      {"centos", "7", "2024-06-30", ""},
      {"rocky", "8.9", "2029-05-31", ""},
      {"almalinux", "9.4", "2032-05-31", ""},
      {"ol", "8.9", "2029-07-31", "2032-07-31"},
      {"amzn", "2", "2026-06-30", ""},
      {"amzn", "2023", "2029-06-30", ""},
      {"amzn", "2018.03", "2020-12-31", "2023-12-31"},
      {"sles", "15", "2019-12-31", "2022-12-31"},
      {"sles", "15.5", "2024-12-31", "2027-12-31"},
      {"opensuse-leap", "15.6", "2026-04-30", ""},
      {"opensuse", "42.3", "2019-07-01", ""},
      {"photon", "3.0", "2025-10-02", ""},
      {"mariner", "2.0", "2025-07-31", ""},
      {"azurelinux", "3.0", "2027-08-31", ""},
      {"fedora", "39", "2024-11-26", ""},
  };
  for (const Case& c : cases) {
    const auto end = end_of_life(distro(std::string(c.id), std::string(c.version)));
    ASSERT_TRUE(end.has_value()) << c.id << " " << c.version;
    EXPECT_EQ(end->standard, c.standard) << c.id << " " << c.version;
    EXPECT_EQ(end->extended, c.extended) << c.id << " " << c.version;
  }
}

TEST(EndOfLife, NothingIsSaidOfWhatIsNotKnown) {
  for (const auto& [id, version] : {std::pair{"debian", "1200"},
                                    {"debian", ""},
                                    {"arch", ""},
                                    {"wolfi", "20230201"},
                                    {"sles", "15.99"},
                                    {"rhel", "99"},
                                    {"", ""},
                                    {"alpine", "3.1x"}}) {
    EXPECT_FALSE(end_of_life(distro(id, version)).has_value()) << id << " " << version;
  }
}

TEST(EndOfLife, StreamIsNotCentosLinux) {
  EXPECT_EQ(end_of_life(distro("centos", "8", "CentOS Stream 8"))->standard, "2024-05-31");
  EXPECT_EQ(end_of_life(distro("centos", "8", "CentOS Linux 8"))->standard, "2021-12-31");
}

TEST(EndOfLife, CodenameTellsTheReleaseWhereNoVersionIsTold) {
  Distro debian = distro("debian", "");
  debian.codename = "buster";
  EXPECT_EQ(end_of_life(debian)->standard, "2022-09-10");
}

std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> out;
  while (true) {
    const auto comma = line.find(',');
    out.emplace_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    line.remove_prefix(comma + 1);
  }
}

// Debian's own table: dates to come are moved now and then, those of the past are not.
void compare_with_table(const std::string& path, const std::string& id, std::string_view extended,
                        std::string_view from, int& compared) {
  const auto text = core::read_file(path);
  ASSERT_TRUE(text.has_value());
  std::map<std::string, std::size_t> columns;
  std::string_view rest = *text;
  bool is_header = true;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto row = cells(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (is_header) {
      for (std::size_t i = 0; i < row.size(); ++i) columns[row[i]] = i;
      is_header = false;
      continue;
    }
    const auto cell = [&](std::string_view column) {
      const auto at = columns.find(std::string(column));
      return at != columns.end() && at->second < row.size() ? row[at->second] : std::string();
    };
    if (cell("release") < from || cell("eol").empty() || cell("eol") > "2025") continue;
    std::string version = cell("version").substr(0, cell("version").find(' '));
    const auto ours = end_of_life(distro(id, version));
    ASSERT_TRUE(ours.has_value()) << id << " " << version;
    EXPECT_EQ(ours->standard, cell("eol")) << id << " " << version;
    if (cell(extended) < "2025") {
      EXPECT_EQ(ours->extended, cell(extended)) << id << " " << version;
    }
    ++compared;
  }
}

TEST(EndOfLife, PastDatesAreThoseOfDistroInfo) {
  if (!core::read_file("/usr/share/distro-info/debian.csv")) {
    GTEST_SKIP() << "skipped: distro-info-data is not installed";
  }
  int compared = 0;
  compare_with_table("/usr/share/distro-info/debian.csv", "debian", "eol-lts", "2013", compared);
  compare_with_table("/usr/share/distro-info/ubuntu.csv", "ubuntu", "eol-esm", "2014", compared);
  EXPECT_GT(compared, 15);
}

}  // namespace
}  // namespace yagura::image
