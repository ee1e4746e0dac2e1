#include <gtest/gtest.h>

#include <set>
#include <string>

#include "image/packages/language/language_analyzers.hpp"

namespace yagura::image {
namespace {

TEST(LanguageAnalyzers, HaveNamesAndVersionsOfTheirOwn) {
  Analyzers analyzers;
  add_language_analyzers(analyzers);
  std::set<std::string_view> names;
  for (const auto& analyzer : analyzers) {
    EXPECT_TRUE(names.insert(analyzer->name()).second) << analyzer->name();
    EXPECT_GT(analyzer->version(), 0U);
  }
  EXPECT_EQ(names.size(), 10U);
}

TEST(LanguageAnalyzers, OneAtMostWantsAFileThatIsNoProgram) {
  Analyzers analyzers;
  add_language_analyzers(analyzers);
  for (const char* path :
       {"a/node_modules/b/package.json", "package-lock.json", "app/requirements.txt", "uv.lock",
        "x/a-1.dist-info/METADATA", "go.mod", "a.jar", "pom.xml", "Gemfile.lock", "composer.lock",
        "Cargo.lock", "app.deps.json", "opt/conda/conda-meta/a.json", "poetry.lock"}) {
    int count = 0;
    for (const auto& analyzer : analyzers) {
      count += analyzer->wants({.path = path, .size = 100}, "{}") ? 1 : 0;
    }
    EXPECT_EQ(count, 1) << path;
  }
  for (const auto& analyzer : analyzers) {
    EXPECT_FALSE(analyzer->wants({.path = "etc/passwd", .size = 100}, "root:x:0"))
        << analyzer->name();
    EXPECT_FALSE(analyzer->wants({.path = ""}, {})) << analyzer->name();
  }
}

}  // namespace
}  // namespace yagura::image
