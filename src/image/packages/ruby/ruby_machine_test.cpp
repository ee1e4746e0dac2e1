// Against RubyGems itself: what it lists of this machine's gems, by the directories of its
// specifications.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "image/packages/ruby/ruby_analyzer.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.append(buffer.data(), size);
  }
  return pclose(pipe) == 0 ? out : std::string();
}

TEST(RubyMachine, TellsWhatRubyGemsLists) {
  // Each specification's file, name and version, as Ruby evaluates it.
  const std::string listed = output_of(
      "ruby -e 'Gem::Specification.each { |s| puts [s.loaded_from, s.name, s.version].join(\" \") "
      "}' "
      "2>/dev/null");
  if (listed.empty()) GTEST_SKIP() << "skipped: no ruby";
  const RubyAnalyzer analyzer;
  std::istringstream lines(listed);
  std::string file;
  std::string name;
  std::string version;
  std::size_t seen = 0;
  while (lines >> file >> name >> version) {
    if (!analyzer.wants({.path = file.substr(1)}, {})) continue;
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    FileFacts facts;
    analyzer.analyze({.path = file.substr(1)}, MemoryContent(text.str()), facts);
    ASSERT_EQ(facts.packages.size(), 1U) << file;
    EXPECT_EQ(facts.packages[0].name + " " + facts.packages[0].version, name + " " + version);
    ++seen;
  }
  EXPECT_GT(seen, 0U);
}

}  // namespace
}  // namespace yagura::image
