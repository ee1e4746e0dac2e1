// Against Python itself: what importlib.metadata lists of the directories where this machine's
// packages are.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "image/packages/python/metadata.hpp"
#include "image/packages/python/python_analyzer.hpp"
#include "image/packages/python/python_name.hpp"

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

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::set<std::string> analyzed(const fs::path& directory) {
  std::set<std::string> out;
  const PythonAnalyzer analyzer;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    // Packages within packages are ours to find, but nobody lists them.
    const fs::path relative = fs::relative(entry.path(), directory);
    const auto depth = std::distance(relative.begin(), relative.end());
    if (!entry.is_regular_file() || depth > 2) continue;
    const std::string path = entry.path().string().substr(1);
    if (!analyzer.wants({.path = path}, {})) continue;
    const std::string text = text_of(entry.path());
    FileFacts facts;
    analyzer.analyze({.path = path, .size = text.size()}, MemoryContent(text), facts);
    EXPECT_TRUE(facts.problems.empty()) << path << ": " << facts.problems.front();
    for (const Package& package : facts.packages) out.insert(package.name + " " + package.version);
    for (const OwnedFiles& owned : facts.owned) EXPECT_FALSE(owned.files.empty()) << path;
  }
  return out;
}

TEST(PythonMachine, TellsWhatImportlibLists) {
  const std::string directories = output_of(
      "python3 -c 'import site, sys, os\n"
      "for d in sorted({*site.getsitepackages(), \"/usr/lib/python3/dist-packages\"}):\n"
      "    if os.path.isdir(d): print(d)' 2>/dev/null");
  if (directories.empty()) GTEST_SKIP() << "skipped: no python3 with a package directory";
  std::istringstream lines(directories);
  std::string directory;
  std::size_t seen = 0;
  while (std::getline(lines, directory)) {
    SCOPED_TRACE(directory);
    std::istringstream listed(
        output_of("python3 -c 'import importlib.metadata as m, sys\n"
                  "for d in m.distributions(path=[sys.argv[1]]):\n"
                  "    if d.metadata[\"Name\"]: print(d.metadata[\"Name\"], d.version)' " +
                  directory));
    std::set<std::string> expected;
    std::string line;
    while (std::getline(listed, line)) {
      const auto blank = line.find(' ');
      expected.insert(normalized_python_name(line.substr(0, blank)) + line.substr(blank));
    }
    seen += expected.size();
    EXPECT_EQ(analyzed(directory), expected);
  }
  if (seen == 0) GTEST_SKIP() << "skipped: no Python package is installed";
}

}  // namespace
}  // namespace yagura::image
