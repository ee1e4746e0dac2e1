#include "image/packages/python/requirements.hpp"

#include <gtest/gtest.h>

#include <string>

#include "image/packages/python/python_analyzer.hpp"

namespace yagura::image {
namespace {

std::string told(std::string_view text, std::string_view path = "app/requirements.txt") {
  FileFacts facts;
  read_requirements(path, text, facts);
  std::string out;
  for (const Package& package : facts.packages) {
    EXPECT_EQ(package.evidence, PackageEvidence::kDeclared);
    out += package.name + "@" + package.version + (package.development ? " dev" : "") + "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

TEST(Requirements, PinsCountRangesDoNot) {
  EXPECT_EQ(
      told("# all\nFlask==2.0.1\nrequests[security,socks] == 2.26.0 ; python_version > '3'\n"
           "a===1.0+local\nb>=1,==1.5\nc (==3.1)\n\nd>=1.0\ne==1.*\nf~=2.0\ng\nh!=1\ni==${X}\n"),
      "flask@2.0.1\nrequests@2.26.0\na@1.0+local\nb@1.5\nc@3.1\n");
}

TEST(Requirements, ContinuationsHashesAndComments) {
  EXPECT_EQ(told("a==1.0 \\\r\n    --hash=sha256:x \\\r\n    --hash=sha256:y\nb==2.0 # why\n"
                 "c==3.0#notacomment\nd==4.0 --no-binary d\ne\\\n==5.0\nf==6.0\\"),
            "a@1.0\nb@2.0\nd@4.0\ne@5.0\nf@6.0\n");
}

TEST(Requirements, OptionsAndAddresses) {
  EXPECT_EQ(
      told("-r other.txt\n-c c.txt\n--index-url https://x\n-e git+https://x/y.git#egg=y\n"
           "a @ "
           "https://x/a_b-1.2-py3-none-any.whl#sha256=1\nhttps://x/Foo_Bar-1.5-py3-none-any.whl\n"
           "./w/baz-2.0-py3-none-any.whl\n./x-1>0-py3-none-any.whl\ng @ "
           "git+https://x/g.git@v1\nhttps://x/y-1.0.tar.gz\n"),
      "a@1.2\nfoo-bar@1.5\nbaz@2.0\n");
}

TEST(Requirements, Utf16AndDevelopment) {
  const std::string little(
      "\xff\xfe"
      "a\0=\0=\0"
      "1\0\n\0b\0=\0=\0"
      "2\0",
      20);
  EXPECT_EQ(told(little, "requirements-dev.txt"), "a@1 dev\nb@2 dev\n");
  EXPECT_EQ(told(std::string((8U << 20U) + 1, '\n')), "! requirements: too large\n");
}

TEST(Requirements, FilesOfPackagesAreNobodys) {
  const PythonAnalyzer analyzer;
  EXPECT_TRUE(analyzer.wants({.path = "app/requirements.txt"}, {}));
  EXPECT_TRUE(analyzer.wants({.path = "app/requirements/base.txt"}, {}));
  EXPECT_TRUE(analyzer.wants({.path = "app/dev-requirements.txt"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "usr/lib/python3/site-packages/x/requirements.txt"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "app/notes.txt"}, {}));
  EXPECT_FALSE(analyzer.wants({.path = "usr/lib/python3/dist-packages/x/poetry.lock"}, {}));
}

}  // namespace
}  // namespace yagura::image
