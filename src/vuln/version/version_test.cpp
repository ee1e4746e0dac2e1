// Orders against the published suite, and the laws of an order over versions made at random.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/version/scheme.hpp"

namespace yagura::vuln {
namespace {

std::filesystem::path corpora() {
  if (const char* set = std::getenv("YAGURA_CORPORA"); set != nullptr) return set;
  return std::filesystem::path(YAGURA_SOURCE_DIR) / "../shared/corpora";
}

struct Suite {
  std::string_view file;
  Scheme scheme;
};
constexpr std::array kSuites{
    Suite{"alpine-versions", Scheme::kApk},          Suite{"cran-versions", Scheme::kCran},
    Suite{"debian-versions", Scheme::kDebian},       Suite{"hackage-versions", Scheme::kHackage},
    Suite{"maven-versions", Scheme::kMaven},         Suite{"nuget-versions", Scheme::kNuget},
    Suite{"packagist-versions", Scheme::kPackagist}, Suite{"pub-versions", Scheme::kPub},
    Suite{"pypi-versions", Scheme::kPypi},           Suite{"redhat-versions", Scheme::kRpm},
    Suite{"rubygems-versions", Scheme::kRubygems},   Suite{"semver-versions", Scheme::kSemver}};

int as_int(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }
char sign(std::strong_ordering order) { return order < 0 ? '<' : order > 0 ? '>' : '='; }

// Compares both ways round; counts what was compared.
void run_file(const std::filesystem::path& path, Scheme scheme, std::size_t& compared) {
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto blank = line.find(' ');
    if (line.empty() || line.starts_with('#') || line.starts_with("//")) continue;
    const auto second = line.find(' ', blank + 1);
    ASSERT_TRUE(second == blank + 2) << path << ":" << number << ": " << line;
    const std::string a = line.substr(0, blank);
    const char expected = line[blank + 1];
    const std::string b = line.substr(second + 1);
    const char reversed = expected == '<' ? '>' : expected == '>' ? '<' : '=';
    EXPECT_EQ(sign(compare(scheme, a, b)), expected) << path << ":" << number << ": " << line;
    EXPECT_EQ(sign(compare(scheme, b, a)), reversed) << path << ":" << number << ": " << line;
    ++compared;
  }
}

TEST(VersionOrder, IsThatOfThePublishedSuite) {
  const auto folder = corpora() / "versions";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no corpora";
  std::size_t compared = 0;
  for (const Suite& suite : kSuites) {
    for (const char* const kind : {".txt", "-generated.txt"}) {
      run_file(folder / (std::string(suite.file) + kind), suite.scheme, compared);
    }
  }
  EXPECT_GE(compared, 71'000U);
  RecordProperty("compared", static_cast<int>(compared));
}

constexpr std::array kAll{Scheme::kDebian,    Scheme::kRpm,   Scheme::kApk,     Scheme::kSemver,
                          Scheme::kNpm,       Scheme::kCargo, Scheme::kGo,      Scheme::kPub,
                          Scheme::kNuget,     Scheme::kPypi,  Scheme::kMaven,   Scheme::kRubygems,
                          Scheme::kPackagist, Scheme::kCran,  Scheme::kHackage, Scheme::kConda,
                          Scheme::kGeneric};

// Texts of pieces that matter to one order or another, so that near ones are frequent.
std::string random_version(std::mt19937& random) {
  static constexpr std::array<std::string_view, 46> kPieces{
      "0",    "1",   "2",  "10",  "00",      "01", ".", ".",        ".", "-",     "-",        "_",
      "+",    "~",   "^",  ":",   "!",       "a",  "b", "rc",       "p", "alpha", "beta",     "dev",
      "post", "pre", "ga", "sp",  "final",   "m",  "r", "-r",       "v", "x",     "SNAPSHOT", "A",
      "c",    "git", "_p", "_rc", "release", "go", " ", "\xce\xb1", "*", ".0"};
  std::string text;
  const std::size_t pieces = random() % 7;
  for (std::size_t i = 0; i < pieces; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

// Maven's relation has circles there: see maven.cpp.
bool has_word_behind_dot(std::string_view version) {
  char before = '.';  // so does one at the beginning
  for (const char c : version) {
    if (before == '.' && !std::string_view("0123456789.- ").contains(c)) return true;
    if (c != ' ') before = c;
  }
  return false;
}

TEST(VersionOrder, IsTotal) {
  std::mt19937 random(1);
  for (const Scheme scheme : kAll) {
    for (int i = 0; i < 60'000; ++i) {
      const std::string a = random_version(random);
      const std::string b = random_version(random);
      const std::string c = random_version(random);
      const int ab = as_int(compare(scheme, a, b));
      const int bc = as_int(compare(scheme, b, c));
      const int ac = as_int(compare(scheme, a, c));
      const auto told = [&] {
        return std::to_string(static_cast<int>(scheme)) + ": '" + a + "' '" + b + "' '" + c + "'";
      };
      ASSERT_EQ(as_int(compare(scheme, a, a)), 0) << told();
      ASSERT_EQ(as_int(compare(scheme, b, a)), -ab) << told();
      if (scheme == Scheme::kMaven &&
          (has_word_behind_dot(a) || has_word_behind_dot(b) || has_word_behind_dot(c))) {
        continue;
      }
      // What isn't the other way round is transitive, and strictly so where one step is strict.
      if (ab <= 0 && bc <= 0) {
        ASSERT_EQ(ac, ab < 0 || bc < 0 ? -1 : 0) << told();
      }
      if (ab >= 0 && bc >= 0) {
        ASSERT_EQ(ac, ab > 0 || bc > 0 ? 1 : 0) << told();
      }
    }
  }
}

}  // namespace
}  // namespace yagura::vuln
