// Against archives of Debian's packages: Python's zipfile reads the same pom.properties, and the
// directories of its Maven repository say what each archive is.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "image/packages/java/java_analyzer.hpp"

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

std::vector<Package> packages_of(const fs::path& file, const std::string& as_path) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  const std::string bytes = out.str();
  FileFacts facts;
  JavaAnalyzer().analyze({.path = as_path, .size = bytes.size()}, MemoryContent(bytes), facts);
  EXPECT_TRUE(facts.problems.empty()) << file << ": " << facts.problems.front();
  return facts.packages;
}

TEST(JavaMachine, ReadsThePropertiesThatPythonReads) {
  const std::string listed = output_of(
      "python3 -c 'import zipfile, glob, os\n"
      "for f in sorted(glob.glob(\"/usr/share/java/*.jar\")):\n"
      "    if os.path.islink(f): continue\n"
      "    z = zipfile.ZipFile(f)\n"
      "    for n in z.namelist():\n"
      "        if n.startswith(\"META-INF/maven/\") and n.endswith(\"/pom.properties\"):\n"
      "            p = dict(l.strip().split(\"=\", 1) for l in z.read(n).decode().splitlines() if "
      "\"=\" in l)\n"
      "            print(f, p[\"groupId\"] + \":\" + p[\"artifactId\"], p[\"version\"])' "
      "2>/dev/null");
  if (listed.empty()) GTEST_SKIP() << "skipped: no Java archives of Debian, or no python3";
  std::istringstream lines(listed);
  std::string file;
  std::string name;
  std::string version;
  while (lines >> file >> name >> version) {
    bool found = false;
    for (const Package& package : packages_of(file, file.substr(1))) {
      found = found || (package.name == name && package.version == version);
    }
    EXPECT_TRUE(found) << file << " holds " << name << " " << version;
  }
}

TEST(JavaMachine, ArchivesOfARepositoryAreWhatItsDirectoriesSay) {
  const fs::path root = "/usr/share/maven-repo";
  if (!fs::exists(root)) GTEST_SKIP() << "skipped: no Maven repository of Debian";
  std::size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".jar" || !fs::exists(entry.path())) continue;
    const fs::path version = entry.path().parent_path();
    const fs::path artifact = version.parent_path();
    std::string group = fs::relative(artifact.parent_path(), root).string();
    std::ranges::replace(group, '/', '.');
    const std::string expected = group + ":" + artifact.filename().string();
    bool found = false;
    std::string all;
    for (const Package& package : packages_of(entry.path(), entry.path().string().substr(1))) {
      all += package.name + "@" + package.version + " ";
      // Archives that Debian patched may still tell the version that they were made as.
      found = found || package.name == expected ||
              package.name.ends_with(":" + artifact.filename().string());
    }
    EXPECT_TRUE(found) << entry.path() << " is said to be " << all;
    ++seen;
  }
  EXPECT_GT(seen, 0U);
}

}  // namespace
}  // namespace yagura::image
