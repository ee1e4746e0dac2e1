#include "image/packages/python/python_locks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

using Reader = void (*)(std::string_view, FileFacts&);

std::string told(Reader reader, std::string_view text) {
  FileFacts facts;
  reader(text, facts);
  std::string out;
  for (const Package& package : facts.packages) {
    EXPECT_EQ(package.evidence, PackageEvidence::kLocked);
    EXPECT_EQ(package.type, PackageType::kPypi);
    out += package.name + "@" + package.version + (package.development ? " dev" : "");
    if (!package.revision.empty()) out += " #" + package.revision.substr(0, 4);
    for (const std::string& name : package.depends) out += " >" + name;
    out += "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

TEST(PythonLocks, Pipfile) {
  EXPECT_EQ(told(read_pipfile_lock, R"({"_meta": {"hash": {"sha256": "x"}, "requires": {}},
    "default": {"Flask": {"version": "==2.0.1"}, "here": {"editable": true, "path": "."},
                "g": {"git": "https://x/g.git", "ref": "0123456789abcdef"}},
    "develop": {"pytest": {"version": "==7.0"}, "flask": {"version": "==2.0.1"}}})"),
            "flask@2.0.1\ng@ #0123\npytest@7.0 dev\n");
  EXPECT_EQ(told(read_pipfile_lock, "{").substr(0, 24), "! Pipfile.lock: no JSON:");
}

TEST(PythonLocks, PoetryOfAllTimes) {
  EXPECT_EQ(told(read_poetry_lock, R"toml([[package]]
name = "atomicwrites"
version = "1.4.0"
description = "Atomic file writes."
category = "dev"
optional = false
python-versions = ">=2.7"

[[package]]
name = "Django"
version = "4.0"
category = "main"

[package.dependencies]
asgiref = ">=3.4.1,<4"
tzdata = {version = "*", markers = "sys_platform == \"win32\""}

[package.extras]
argon2 = ["argon2-cffi (>=19.1.0)"]

[[package]]
name = "both"
version = "1.0"
groups = ["main", "dev"]

[[package]]
name = "tool"
version = "2.0"
groups = ["dev"]

[[package]]
name = "g"
version = "0.1"

[package.source]
type = "git"
url = "https://x/g.git"
resolved_reference = "0123456789"

[[package]]
name = "here"
version = "0"

[package.source]
type = "directory"
url = "../here"

[metadata]
lock-version = "1.1"
content-hash = "x"
)toml"),
            "atomicwrites@1.4.0 dev\ndjango@4.0 >asgiref >tzdata\nboth@1.0\ntool@2.0 dev\n"
            "g@0.1 #0123\n");
}

TEST(PythonLocks, UvFindsWhatRunsByItself) {
  EXPECT_EQ(told(read_uv_lock, R"(version = 1
requires-python = ">=3.12"

[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
    { name = "a" },
]

[package.optional-dependencies]
x = [{ name = "opt" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "a"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "b", marker = "x" }]
wheels = [
    { url = "https://x/a.whl", hash = "sha256:1", size = 12 },
]

[[package]]
name = "b"
version = "2.0"
source = { git = "https://x/b.git?rev=main#0123456789" }

[[package]]
name = "opt"
version = "3.0"

[[package]]
name = "pytest"
version = "8.0"
dependencies = [{ name = "a" }, { name = "pluggy" }]

[[package]]
name = "pluggy"
version = "1.5"
)"),
            "a@1.0 >b\nb@2.0 #0123\nopt@3.0\npytest@8.0 dev >a >pluggy\npluggy@1.5 dev\n");
}

TEST(PythonLocks, PdmAndPylock) {
  EXPECT_EQ(told(read_pdm_lock, R"([metadata]
groups = ["default", "dev"]
[[package]]
name = "a"
version = "1.0"
groups = ["default"]
dependencies = ["B_c<2,>=1", "d; python_version < '3'"]
[[package]]
name = "tool"
version = "2"
groups = ["dev"]
[[package]]
name = "here"
version = "0"
path = "./here"
)"),
            "a@1.0 >b-c >d\ntool@2 dev\n");
  EXPECT_EQ(told(read_pylock, R"(lock-version = "1.0"
[[packages]]
name = "attrs"
version = "25.1.0"
wheels = [{name = "attrs-25.1.0-py3-none-any.whl", hashes = {sha256 = "c75"}}]
[[packages]]
name = "g"
vcs = {type = "git", url = "x", commit-id = "0123456"}
[[packages]]
name = "here"
directory = {path = "."}
)"),
            "attrs@25.1.0\ng@ #0123\n");
}

TEST(PythonLocks, WhatIsNoneIsAProblem) {
  EXPECT_EQ(told(read_poetry_lock, "[[package]\n"),
            "! poetry.lock: no TOML: line 1: a table's name is not closed\n");
  EXPECT_EQ(told(read_uv_lock, "[[package]]\nversion = '1'\n"),
            "! uv.lock: a package has no name\n");
  EXPECT_EQ(told(read_pdm_lock, ""), "");
}

}  // namespace
}  // namespace yagura::image
