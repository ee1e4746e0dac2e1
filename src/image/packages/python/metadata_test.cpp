#include "image/packages/python/metadata.hpp"

#include <gtest/gtest.h>

#include <string>

#include "image/packages/python/python_analyzer.hpp"
#include "image/packages/python/python_name.hpp"

namespace yagura::image {
namespace {

FileFacts analyzed(std::string_view path, std::string_view text) {
  const PythonAnalyzer analyzer;
  const FileEntry file{.path = path, .size = text.size()};
  EXPECT_TRUE(analyzer.wants(file, text)) << path;
  FileFacts facts;
  analyzer.analyze(file, MemoryContent(text), facts);
  return facts;
}

TEST(PythonName, IsNormalised) {
  EXPECT_EQ(normalized_python_name("Flask_SQLAlchemy"), "flask-sqlalchemy");
  EXPECT_EQ(normalized_python_name("zope.interface"), "zope-interface");
  EXPECT_EQ(normalized_python_name("a-_.b"), "a-b");
  EXPECT_TRUE(is_python_name("A1"));
  EXPECT_FALSE(is_python_name("-a"));
  EXPECT_FALSE(is_python_name("a b"));
  EXPECT_EQ(leading_python_name("foo.bar[x] >= 1"), "foo.bar");
}

TEST(PythonMetadata, ReadsADistribution) {
  const FileFacts facts = analyzed("usr/lib/python3/dist-packages/Foo_Bar-1.2.dist-info/METADATA",
                                   "Metadata-Version: 2.1\nName: Foo.Bar\nVersion: 1.2\n"
                                   "License: BSD\n  and much\n  more\n"
                                   "Classifier: License :: OSI Approved :: BSD License\n"
                                   "Classifier: Programming Language :: Python\n"
                                   "Author: Ann\nRequires-Dist: idna (>=2.5,<4)\n"
                                   "Requires-Dist: PySocks>=1.5.6; extra == 'socks'\n"
                                   "Requires-Dist: typing_extensions; python_version < '3.8'\n"
                                   "\nName: body\nVersion: 9\n");
  ASSERT_EQ(facts.packages.size(), 1U);
  const Package& package = facts.packages.front();
  EXPECT_EQ(package.type, PackageType::kPypi);
  EXPECT_EQ(package.name, "foo-bar");
  EXPECT_EQ(package.version, "1.2");
  EXPECT_EQ(package.maintainer, "Ann");
  EXPECT_EQ(package.licenses, std::vector<std::string>{"BSD License"});
  EXPECT_EQ(package.depends, (std::vector<std::string>{"idna", "typing-extensions"}));
}

TEST(PythonMetadata, ReadsEggsOfAllForms) {
  constexpr std::string_view kText = "Name: a\nVersion: 1.0\nLicense: MIT\n";
  for (const char* path : {"x/a-1.0.egg-info", "x/a-1.0-py3.11.egg-info/PKG-INFO",
                           "x/a-1.0-py3.11.egg/EGG-INFO/PKG-INFO", "x/a.egg-info/PKG-INFO"}) {
    const FileFacts facts = analyzed(path, kText);
    ASSERT_EQ(facts.packages.size(), 1U) << path;
    EXPECT_EQ(facts.packages[0].licenses, std::vector<std::string>{"MIT"});
  }
  EXPECT_FALSE(PythonAnalyzer().wants({.path = "sdist/PKG-INFO"}, {}));
  EXPECT_FALSE(PythonAnalyzer().wants({.path = "x/METADATA"}, {}));
}

TEST(PythonMetadata, ThePathHelpsOut) {
  const FileFacts facts = analyzed("x/foo_bar-1.5-py3.egg-info", "Metadata-Version: 1.0\n");
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_EQ(facts.packages[0].name, "foo-bar");
  EXPECT_EQ(facts.packages[0].version, "1.5");
  EXPECT_EQ(analyzed("x/foo.dist-info/METADATA", "Name: foo\n").problems.size(), 1U);
  EXPECT_EQ(analyzed("x/foo.dist-info/METADATA", "").problems.size(), 1U);
}

TEST(PythonMetadata, RecordsOwnFiles) {
  const FileFacts facts =
      analyzed("usr/lib/python3/site-packages/Foo_Bar-1.2.dist-info/RECORD",
               "foo/__init__.py,sha256=x,12\r\n\"foo/a,\"\"b.py\",,\n../../../bin/foo,sha256=y,1\n"
               "../../../../../etc/passwd,,\nFoo_Bar-1.2.dist-info/RECORD,,\n");
  ASSERT_EQ(facts.owned.size(), 1U);
  EXPECT_EQ(facts.owned[0].package, "foo-bar");
  EXPECT_EQ(facts.owned[0].files,
            (PathList{"usr/lib/python3/site-packages/foo/__init__.py",
                      "usr/lib/python3/site-packages/foo/a,\"b.py", "usr/bin/foo",
                      "usr/lib/python3/site-packages/Foo_Bar-1.2.dist-info/RECORD"}));
  const FileFacts egg =
      analyzed("usr/lib/x/foo-1.egg-info/installed-files.txt", "../foo.py\nPKG-INFO\n");
  ASSERT_EQ(egg.owned.size(), 1U);
  EXPECT_EQ(egg.owned[0].files,
            (PathList{"usr/lib/x/foo.py", "usr/lib/x/foo-1.egg-info/PKG-INFO"}));
}

}  // namespace
}  // namespace yagura::image
