// The same order as the ecosystems' own programs have, over versions made at random. Each program
// is asked about many pairs at once.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/version/range.hpp"
#include "vuln/version/scheme.hpp"

namespace yagura::vuln {
namespace {

constexpr int kPairs = 100'000;

using Pair = std::pair<std::string, std::string>;

bool runs(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "yagura-peers-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

// Pieces at random; the second version is often the first with one piece changed.
class Maker {
 public:
  Maker(std::vector<std::string_view> pieces, std::string_view first)
      : pieces_(std::move(pieces)), first_(first) {}

  Pair pair() {
    std::vector<std::string_view> a = some();
    std::vector<std::string_view> b = some();
    if (random_() % 2 == 0) {
      b = a;
      b[random_() % b.size()] = piece();
      if (random_() % 3 == 0) b.push_back(piece());
    }
    return {joined(a), joined(b)};
  }

 private:
  std::string_view piece() { return pieces_[random_() % pieces_.size()]; }
  std::vector<std::string_view> some() {
    std::vector<std::string_view> out;
    for (std::size_t i = 1 + random_() % 7; i > 0; --i) out.push_back(piece());
    return out;
  }
  std::string joined(const std::vector<std::string_view>& list) const {
    std::string out(first_);
    for (const std::string_view text : list) out += text;
    if (out.ends_with('-')) out += '0';  // dpkg refuses an empty revision
    return out;
  }

  std::mt19937 random_{7};
  std::vector<std::string_view> pieces_;
  std::string_view first_;
};

// Asks `command`, which reads "A B" lines from the file IN and writes -1, 0 or 1 a line.
void expect_same(Scheme scheme, Maker maker, const std::string& command, int pairs = kPairs) {
  const Folder folder;
  std::vector<Pair> asked;
  {
    std::ofstream in(folder / "in");
    for (int i = 0; i < pairs; ++i) {
      asked.push_back(maker.pair());
      in << asked.back().first << ' ' << asked.back().second << '\n';
    }
  }
  ASSERT_EQ(std::system(("IN=" + (folder / "in").string() + " OUT=" + (folder / "out").string() +
                         " && " + command)
                            .c_str()),
            0);
  std::ifstream out(folder / "out");
  int theirs = 0;
  int wrong = 0;
  for (const auto& [a, b] : asked) {
    ASSERT_TRUE(out >> theirs) << "the program ended early at " << a << ' ' << b;
    const auto ours = compare(scheme, a, b);
    const int sign = ours < 0 ? -1 : ours > 0 ? 1 : 0;
    EXPECT_EQ(sign, theirs) << a << ' ' << b;
    if (sign != theirs && ++wrong == 20) FAIL() << "and perhaps more";
  }
}

Maker debian_versions() {
  return {{"0", "1", "2", "10", "01", "00", ".",   ".",  "-",  "-",     "+",
           "~", "a", "b", "Z",  "rc", ".0", "deb", "~~", "+b", "ubuntu"},
          "1"};
}

TEST(VersionPeers, DpkgsPerlModuleAgreesOnDebianVersions) {
  if (!runs("perl -MDpkg::Version -e 1")) GTEST_SKIP() << "skipped: no libdpkg-perl";
  expect_same(Scheme::kDebian, debian_versions(),
              "perl -MDpkg::Version -ne 'my ($a,$b)=split; print version_compare($a,$b),\"\\n\"' "
              "$IN > $OUT");
}

TEST(VersionPeers, DpkgAgreesOnDebianVersions) {
  if (!runs("dpkg --version")) GTEST_SKIP() << "skipped: no dpkg";
  expect_same(Scheme::kDebian, debian_versions(),
              "while read a b; do if dpkg --compare-versions \"$a\" lt \"$b\"; then echo -1; "
              "elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo 0; else echo 1; fi; "
              "done < $IN > $OUT",
              1500);
}

TEST(VersionPeers, RpmAgreesOnItsVersions) {
  if (!runs("rpm --version")) GTEST_SKIP() << "skipped: no rpm";
  Maker maker({"0", "1", "2", "10", "01", ".",   ".",  "-",  "_",  "+",   "~",
               "^", "a", "b", "Z",  "rc", "el9", "fc", "..", "1:", "git", "^^"},
              "");
  expect_same(Scheme::kRpm, std::move(maker),
              "rpm --eval \"%{lua: local o = io.open('$OUT', 'w'); for l in io.lines('$IN') do "
              "local a, b = l:match('^([^ ]*) ([^ ]*)$'); o:write(rpm.vercmp(a, b), '\\n') end "
              "o:close()}\"");
}

TEST(VersionPeers, RubyAgreesOnGems) {
  if (!runs("ruby -rrubygems -e 1")) GTEST_SKIP() << "skipped: no ruby";
  Maker maker(
      {"", ".0", ".1", ".2", ".10", ".a", ".b", ".pre", ".rc1", ".0", "-1", "-x", ".00", ".A"},
      "1");
  expect_same(Scheme::kRubygems, std::move(maker),
              "ruby -e 'STDIN.each_line { |l| a, b = l.split.map { |v| Gem::Version.new(v) }; "
              "puts a <=> b }' < $IN > $OUT");
}

TEST(VersionPeers, PackagingAgreesOnPythonVersions) {
  if (!runs("python3 -c 'import pip._vendor.packaging.version'")) {
    GTEST_SKIP() << "skipped: no pip";
  }
  Maker maker({".0", ".1", ".2", ".10", "", "", ".0"}, "1");
  Maker tails({"0", "1.0", "1.0.0", "1.1", "a1", "b2", "rc1", ".post1", "-1", ".dev1", ".dev2",
               "+local", "+local.1", "+1", "rc", "a", ".post", "c1", "alpha1"},
              "1.");
  const std::string ask =
      "python3 -c '\n"
      "import sys\n"
      "from pip._vendor.packaging.version import Version, InvalidVersion\n"
      "def v(t):\n"
      "  try: return Version(t)\n"
      "  except InvalidVersion: return None\n"
      "for l in sys.stdin:\n"
      "  a, b = map(v, l.split())\n"
      "  print(2 if a is None or b is None else (a > b) - (a < b))\n"
      "' < $IN > $OUT";
  expect_same(Scheme::kPypi, std::move(maker), ask);
  // With tails many are no versions: those are left to the published suite.
  const Folder folder;
  std::vector<Pair> asked;
  {
    std::ofstream in(folder / "in");
    for (int i = 0; i < kPairs; ++i) {
      asked.push_back(tails.pair());
      in << asked.back().first << ' ' << asked.back().second << '\n';
    }
  }
  ASSERT_EQ(std::system(("IN=" + (folder / "in").string() + " OUT=" + (folder / "out").string() +
                         " && " + ask)
                            .c_str()),
            0);
  std::ifstream out(folder / "out");
  int theirs = 0;
  int compared = 0;
  for (const auto& [a, b] : asked) {
    ASSERT_TRUE(out >> theirs);
    if (theirs == 2) continue;
    ++compared;
    const auto ours = compare(Scheme::kPypi, a, b);
    EXPECT_EQ(ours < 0 ? -1 : ours > 0 ? 1 : 0, theirs) << a << ' ' << b;
  }
  EXPECT_GT(compared, 1000);
}

// node-semver, as npm carries it, with pre-releases let in.
constexpr std::string_view kAskNode = R"(
const semver = require(process.argv[1] + '/npm/node_modules/semver');
for (const line of require('fs').readFileSync(0, 'utf8').split('\n')) {
  if (line === '') continue;
  const [version, range] = line.split('\t');
  console.log(semver.satisfies(version, range, {includePrerelease: true}) ? 1 : 0);
}
)";

class RangeMaker {
 public:
  std::string version() {
    std::string out = number() + "." + number() + "." + number();
    return random_() % 6 == 0 ? out + "-rc.1" : out;
  }
  std::string range() { return random_() % 4 == 0 ? one() + " || " + one() : one(); }

 private:
  std::string number() {
    static constexpr std::array<std::string_view, 7> kNumbers{"0", "0", "1", "1", "2", "3", "10"};
    return std::string(kNumbers[random_() % kNumbers.size()]);
  }
  std::string part() {
    std::string out = number();
    switch (random_() % 5) {
      case 0:
        return out;
      case 1:
        return out + ".x";
      case 2:
        return out + "." + number() + ".*";
      case 3:
        return out + "." + number();
      default:
        return out + "." + number() + "." + number();
    }
  }
  std::string one() {
    static constexpr std::array<std::string_view, 8> kOperators{"^", "~",  ">=", "<",
                                                                ">", "<=", "=",  ""};
    switch (random_() % 6) {
      case 0:
        return part() + " - " + part();
      case 1:
        return ">=" + part() + " <" + part();
      default:
        return std::string(kOperators[random_() % kOperators.size()]) + part();
    }
  }

  std::mt19937 random_{11};
};

TEST(VersionPeers, NodeSemverAgreesOnRanges) {
  if (!runs(
          "node -e 'require(process.argv[1] + \"/npm/node_modules/semver\")' \"$(npm root -g)\"")) {
    GTEST_SKIP() << "skipped: no npm";
  }
  const Folder folder;
  RangeMaker maker;
  std::vector<Pair> asked;
  {
    std::ofstream in(folder / "in");
    for (int i = 0; i < kPairs; ++i) {
      asked.emplace_back(maker.version(), maker.range());
      in << asked.back().first << '\t' << asked.back().second << '\n';
    }
    std::ofstream(folder / "ask.js") << kAskNode;
  }
  const std::string base = folder / "";
  ASSERT_EQ(std::system(("node -e \"$(cat " + base + "ask.js)\" \"$(npm root -g)\" < " + base +
                         "in > " + base + "out")
                            .c_str()),
            0);
  std::ifstream out(folder / "out");
  int theirs = 0;
  for (const auto& [version, range] : asked) {
    ASSERT_TRUE(out >> theirs);
    // "1.0.0 - 2.0.0" of node-semver takes in 1.0.0-rc.1 then, which is before 1.0.0.
    if (version.contains('-') && range.contains(" - ")) continue;
    const auto ours = satisfies(Scheme::kNpm, version, range);
    ASSERT_TRUE(ours.has_value()) << range;
    ASSERT_EQ(*ours, theirs == 1) << version << " in " << range;
  }
}

}  // namespace
}  // namespace yagura::vuln
