#include <gtest/gtest.h>

#include "image/model/codec.hpp"
#include "image/model/facts.hpp"
#include "image/model/purl.hpp"

namespace yagura::image {
namespace {

TEST(Purl, ReadsAndWritesTheFormsOfTheSpecification) {
  struct Case {
    const char* text;
    const char* type;
    const char* namespace_;
    const char* name;
    const char* version;
    const char* canonical;
  };
  const Case cases[] = {
      {"pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", "deb", "debian", "curl", "7.50.3-1",
       "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"},
      {"pkg:npm/%40angular/animation@12.3.1", "npm", "@angular", "animation", "12.3.1",
       "pkg:npm/%40angular/animation@12.3.1"},
      {"pkg:npm/@angular/animation@12.3.1", "npm", "@angular", "animation", "12.3.1",
       "pkg:npm/%40angular/animation@12.3.1"},
      {"pkg:npm/@angular/animation", "npm", "@angular", "animation", "",
       "pkg:npm/%40angular/animation"},
      {"PKG:Golang/google.golang.org/genproto#googleapis/api/annotations", "golang",
       "google.golang.org", "genproto", "",
       "pkg:golang/google.golang.org/genproto#googleapis/api/annotations"},
      {"pkg://maven/org.apache.xmlgraphics/batik-anim@1.9.1?type=zip&classifier=dist", "maven",
       "org.apache.xmlgraphics", "batik-anim", "1.9.1",
       "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=dist&type=zip"},
      {"pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64", "deb", "debian", "libstdc++6",
       "12.2.0-14", "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64"},
  };
  for (const Case& c : cases) {
    const auto purl = parse_purl(c.text);
    ASSERT_TRUE(purl) << c.text;
    EXPECT_EQ(purl->type, c.type);
    EXPECT_EQ(purl->namespace_, c.namespace_) << c.text;
    EXPECT_EQ(purl->name, c.name) << c.text;
    EXPECT_EQ(purl->version, c.version) << c.text;
    EXPECT_EQ(to_string(*purl), c.canonical);
    EXPECT_EQ(parse_purl(to_string(*purl)), purl);
  }
}

TEST(Purl, RefusesWhatIsNone) {
  for (const char* text : {"", "pkg:", "pkg:npm", "pkg:npm/", "npm/a@1", "pkg:1x/a", "pkg:a b/c"}) {
    EXPECT_FALSE(parse_purl(text)) << text;
  }
  EXPECT_FALSE(parse_purl("pkg:npm/" + std::string(10'000, 'a')));
}

TEST(Purl, OfADistributionNamesSourceEpochAndRelease) {
  const Distro debian{.id = "debian", .version_id = "12"};
  const Package deb{.type = PackageType::kDeb,
                    .name = "libssl3",
                    .version = "3.0.11-1~deb12u2",
                    .source_name = "openssl",
                    .architecture = "amd64"};
  EXPECT_EQ(to_string(purl_of(deb, debian)),
            "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl");
  const Package rpm{.type = PackageType::kRpm, .name = "dbus", .version = "1:1.12.20-8.el9"};
  EXPECT_EQ(to_string(purl_of(rpm, Distro{.id = "rhel", .version_id = "9.3"})),
            "pkg:rpm/rhel/dbus@1.12.20-8.el9?distro=rhel-9.3&epoch=1");
}

TEST(Purl, OfAnEcosystemSplitsTheName) {
  EXPECT_EQ(to_string(purl_of({.type = PackageType::kMaven, .name = "a.b:c", .version = "1"}, {})),
            "pkg:maven/a.b/c@1");
  EXPECT_EQ(to_string(purl_of({.type = PackageType::kGo, .name = "a.b/c/d", .version = "v1"}, {})),
            "pkg:golang/a.b/c/d@v1");
  EXPECT_EQ(to_string(purl_of({.type = PackageType::kPypi, .name = "six", .version = "1"}, {})),
            "pkg:pypi/six@1");
}

FileFacts sample_facts() {
  FileFacts facts;
  facts.packages = {{.type = PackageType::kDeb,
                     .name = "a",
                     .version = "1",
                     .licenses = {"MIT"},
                     .installed_size = 5'000'000'000,
                     .files = {"bin/a", "bin/b"},
                     .automatic = true}};
  facts.distro = Distro{.id = "debian"};
  facts.secrets = {{.rule = "r", .line = 3, .verified = true}};
  facts.executable = Executable{.needed = {"libc.so.6"}};
  facts.problems = {std::string("with\0nul", 8)};
  return facts;
}

TEST(PathList, GivesItsPathsInOrder) {
  PathList list = {"bin/a", ""};
  list.push_back(std::string_view("etc/b\0c", 7));
  EXPECT_EQ(std::vector<std::string_view>(list.begin(), list.end()),
            (std::vector<std::string_view>{"bin/a", "", "etc/b"}));
  EXPECT_EQ(list.size(), 3U);
  EXPECT_EQ(list, (PathList{"bin/a", "", "etc/b"}));
  EXPECT_TRUE(PathList().begin() == PathList().end());
}

TEST(Codec, GivesBackWhatItWasGiven) {
  Encoder encoder;
  encoder(sample_facts(), std::int64_t{-3});
  const std::string bytes = encoder.take();
  Decoder decoder(bytes);
  FileFacts facts;
  std::int64_t number = 0;
  decoder(facts, number);
  EXPECT_TRUE(decoder.done());
  EXPECT_EQ(facts, sample_facts());
  EXPECT_EQ(number, -3);
}

TEST(Codec, StopsAtEveryCut) {
  Encoder encoder;
  encoder(sample_facts());
  const std::string bytes = encoder.take();
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    Decoder decoder(std::string_view(bytes).substr(0, cut));
    FileFacts facts;
    decoder(facts);
    EXPECT_FALSE(decoder.ok()) << cut;
  }
}

TEST(Codec, AllocatesNothingForALengthThatCannotBe) {
  Decoder decoder("\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  std::vector<std::string> list;
  decoder(list);
  EXPECT_FALSE(decoder.ok());
  EXPECT_EQ(list.capacity(), 0U);
}

}  // namespace
}  // namespace yagura::image
