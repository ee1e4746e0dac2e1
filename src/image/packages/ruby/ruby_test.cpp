#include <gtest/gtest.h>

#include <string>

#include "image/packages/ruby/gemfile_lock.hpp"
#include "image/packages/ruby/gemspec.hpp"
#include "image/packages/ruby/ruby_analyzer.hpp"

namespace yagura::image {
namespace {

std::string told(void (*reader)(std::string_view, FileFacts&), std::string_view text) {
  FileFacts facts;
  reader(text, facts);
  std::string out;
  for (const Package& package : facts.packages) {
    EXPECT_EQ(package.type, PackageType::kGem);
    out += package.name + "@" + package.version;
    if (!package.architecture.empty()) out += " (" + package.architecture + ")";
    if (!package.revision.empty()) out += " #" + package.revision;
    for (const std::string& license : package.licenses) out += " [" + license + "]";
    for (const std::string& name : package.depends) out += " >" + name;
    out += "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

TEST(Gemspec, ReadsTheFormsThatRubyGemsWrites) {
  EXPECT_EQ(told(read_gemspec, R"(# -*- encoding: utf-8 -*-
# stub: nokogiri 1.13.0 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.13.0"
  s.platform = "x86_64-linux"

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.authors = ["Mike Dalessio".freeze, "Aaron".freeze]
  s.description = "s.name = \"evil\""
  s.licenses = ["MIT".freeze]
  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4"])
    s.add_development_dependency(%q<rake>.freeze, [">= 0"])
  else
    s.add_dependency("mini_portile2", "~> 2.8")
  end
end
)"),
            "nokogiri@1.13.0 (x86_64-linux) [MIT] >racc >mini_portile2\n");
}

TEST(Gemspec, TheStubHelpsOut) {
  EXPECT_EQ(told(read_gemspec,
                 "# stub: a 1.2 ruby lib\nGem::Specification.new do |s|\n  s.name = \"#{x}\"\n"
                 "  s.version = VERSION\nend\n"),
            "a@1.2\n");
  EXPECT_EQ(told(read_gemspec,
                 "Gem::Specification.new do |s|\n s.version = Gem::Version.new('1.0')\n s.name = "
                 "'b'\nend"),
            "b@1.0\n");
  EXPECT_EQ(told(read_gemspec, "puts 1"), "! gemspec: no name or no version\n");
  EXPECT_EQ(told(read_gemspec, std::string((4U << 20U) + 1, ' ')), "! gemspec: too large\n");
}

TEST(GemfileLock, ReadsSections) {
  EXPECT_EQ(
      told(read_gemfile_lock, R"(GIT
  remote: https://github.com/x/g.git
  revision: 0123abc
  branch: main
  specs:
    g (0.1.0)
      rake (>= 1)

PATH
  remote: .
  specs:
    own (1.0)

GEM
  remote: https://rubygems.org/
  specs:
    actionpack (6.1.4)
      rack (~> 2.0, >= 2.0.9)
      rack-test (>= 0.6.3)
    nokogiri (1.13.0-x86_64-linux)
    nokogiri (1.13.0-arm64-darwin)
    rack (2.2.3)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  actionpack

BUNDLED WITH
   2.2.3
)"),
      "g@0.1.0 #0123abc >rake\nactionpack@6.1.4 >rack >rack-test\nnokogiri@1.13.0 (x86_64-linux)\n"
      "rack@2.2.3\n");
}

TEST(RubyAnalyzer, KnowsItsFiles) {
  const RubyAnalyzer analyzer;
  const auto wanted = [&](std::string_view path) { return analyzer.wants({.path = path}, {}); };
  EXPECT_TRUE(wanted("usr/lib/ruby/gems/3.1.0/specifications/a-1.gemspec"));
  EXPECT_TRUE(wanted("usr/lib/ruby/gems/3.1.0/specifications/default/a-1.gemspec"));
  EXPECT_TRUE(wanted("app/Gemfile.lock"));
  EXPECT_FALSE(wanted("usr/lib/ruby/gems/3.1.0/gems/a-1/a.gemspec"));
  EXPECT_FALSE(wanted("usr/lib/ruby/gems/3.1.0/gems/a-1/Gemfile.lock"));
}

}  // namespace
}  // namespace yagura::image
