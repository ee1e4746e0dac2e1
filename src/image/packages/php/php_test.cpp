#include <gtest/gtest.h>

#include <string>

#include "image/packages/php/php_analyzer.hpp"

namespace yagura::image {
namespace {

std::string told(std::string_view path, std::string_view text) {
  const PhpAnalyzer analyzer;
  EXPECT_TRUE(analyzer.wants({.path = path}, {}));
  FileFacts facts;
  analyzer.analyze({.path = path}, MemoryContent(text), facts);
  std::string out;
  for (const Package& package : facts.packages) {
    out += package.name + "@" + package.version + (package.development ? " dev" : "");
    if (!package.revision.empty()) out += " #" + package.revision;
    for (const std::string& license : package.licenses) out += " [" + license + "]";
    for (const std::string& name : package.depends) out += " >" + name;
    out += "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

TEST(PhpAnalyzer, ReadsComposersLock) {
  EXPECT_EQ(told("app/composer.lock", R"({"packages": [
      {"name": "Symfony/Console", "version": "v5.4.0", "license": ["MIT"],
       "source": {"reference": "0123"}, "require": {"php": ">=7", "psr/log": "^1"}},
      {"name": "a/branch", "version": "dev-main", "source": {"reference": "0123"}},
      {"name": "own/lib", "version": "1.0", "dist": {"type": "path", "url": "../lib"}}],
    "packages-dev": [{"name": "phpunit/phpunit", "version": "9.5.10"}], "platform": {"php": "8"}})"),
            "symfony/console@v5.4.0 [MIT] >psr/log\na/branch@dev-main "
            "#0123\nphpunit/phpunit@9.5.10 dev\n");
}

TEST(PhpAnalyzer, ReadsWhatIsInstalled) {
  EXPECT_EQ(
      told("app/vendor/composer/installed.json",
           R"({"packages": [{"name": "a/b", "version": "1.0"}, {"name": "c/d", "version": "2.0"}],
                     "dev": true, "dev-package-names": ["c/d"]})"),
      "a/b@1.0\nc/d@2.0 dev\n");
  EXPECT_EQ(told("vendor/composer/installed.json",
                 R"([{"name": "a/b", "version": "1.0", "license": "MIT"}])"),
            "a/b@1.0 [MIT]\n");
}

TEST(PhpAnalyzer, SaysWhatItCannotRead) {
  EXPECT_TRUE(told("composer.lock", "{").starts_with("! composer.lock: no JSON"));
  EXPECT_EQ(told("composer.lock", R"({"packages": [{"name": "a/b"}]})"),
            "! Composer: a package has no name or no version\n");
  EXPECT_FALSE(PhpAnalyzer().wants({.path = "vendor/a/b/composer.lock"}, {}));
  EXPECT_FALSE(PhpAnalyzer().wants({.path = "installed.json"}, {}));
}

}  // namespace
}  // namespace yagura::image
