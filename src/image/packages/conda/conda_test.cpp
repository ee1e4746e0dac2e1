#include <gtest/gtest.h>

#include <string>

#include "image/packages/conda/conda_analyzer.hpp"

namespace yagura::image {
namespace {

TEST(CondaAnalyzer, ReadsThePackagesOfAnEnvironment) {
  const CondaAnalyzer analyzer;
  const FileEntry file{.path = "opt/conda/conda-meta/openssl-1.1.1k-h27cfd23_0.json"};
  ASSERT_TRUE(analyzer.wants(file, {}));
  EXPECT_FALSE(analyzer.wants({.path = "opt/conda/conda-meta/history"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "opt/conda/x.json"}, {}));
  FileFacts facts;
  analyzer.analyze(file,
                   MemoryContent(R"({"name": "openssl", "version": "1.1.1k", "build": "h27cfd23_0",
      "license": "OpenSSL", "subdir": "linux-64", "depends": ["ca-certificates", "libgcc-ng >=7.3.0"],
      "files": ["bin/openssl", "../../../../etc/passwd", "lib/libssl.so"]})"),
                   facts);
  ASSERT_EQ(facts.packages.size(), 1U);
  const Package& package = facts.packages.front();
  EXPECT_EQ(package.type, PackageType::kConda);
  EXPECT_EQ(package.name, "openssl");
  EXPECT_EQ(package.version, "1.1.1k");
  EXPECT_EQ(package.architecture, "linux-64");
  EXPECT_EQ(package.licenses, std::vector<std::string>{"OpenSSL"});
  EXPECT_EQ(package.depends, (std::vector<std::string>{"ca-certificates", "libgcc-ng"}));
  EXPECT_EQ(package.files, (PathList{"opt/conda/bin/openssl", "opt/conda/lib/libssl.so"}));
}

TEST(CondaAnalyzer, NotesAreNoPackagesAndDamageIsAProblem) {
  for (const auto& [text, problems] : {std::pair{R"({"state": 1})", 0U}, std::pair{"{", 1U}}) {
    FileFacts facts;
    CondaAnalyzer().analyze({.path = "conda-meta/x.json"}, MemoryContent(text), facts);
    EXPECT_TRUE(facts.packages.empty());
    EXPECT_EQ(facts.problems.size(), problems);
  }
}

}  // namespace
}  // namespace yagura::image
