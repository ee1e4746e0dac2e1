#include <gtest/gtest.h>

#include <string>

#include "image/packages/zip/testing/zip_writer.hpp"
#include "image/packages/zip/zip_archive.hpp"

namespace yagura::image {
namespace {

bool all(std::string_view /*name*/) { return true; }

std::string told(std::string_view bytes, const InflateBudget::Limits& limits = {}) {
  const auto archive = ZipArchive::open(bytes, all);
  if (!archive) return "! " + archive.error().message;
  InflateBudget budget(limits);
  std::string out;
  for (const ZipMember& member : archive->members()) {
    const auto content = archive->read(member, budget);
    out += content ? std::string(member.name) + "=" + std::string(content->view()) + ";"
                   : "! " + content.error().message + ";";
  }
  return out;
}

ZipWriter two() {
  ZipWriter writer;
  writer.add("a", "hello hello hello hello").add("d/b", "stored", {.deflate = false});
  return writer;
}
constexpr std::string_view kTwo = "a=hello hello hello hello;d/b=stored;";

TEST(ZipArchive, ReadsStoredAndDeflatedMembers) {
  EXPECT_EQ(told(two().finish()), kTwo);
  EXPECT_EQ(told(two().finish("a comment")), kTwo);
  EXPECT_EQ(told(ZipWriter().finish()), "");
}

TEST(ZipArchive, SomethingMayStandBeforeIt) {
  EXPECT_EQ(told("#!/bin/sh\nexec java -jar \"$0\"\n" + two().finish()), kTwo);
}

TEST(ZipArchive, ReadsZip64) {
  ZipWriter writer;
  writer.add("a", "hello hello hello hello", {.zip64 = true})
      .add("d/b", "stored", {.deflate = false, .zip64 = true});
  EXPECT_EQ(told(writer.finish64()), kTwo);
  EXPECT_EQ(told("prefix" + writer.finish64()), kTwo);
  EXPECT_EQ(told(writer.finish()), kTwo);
}

TEST(ZipArchive, KeepsWhatIsWantedAlone) {
  const std::string bytes = two().finish();
  const auto archive =
      ZipArchive::open(bytes, [](std::string_view name) { return name.starts_with("d/"); });
  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->members().size(), 1U);
  EXPECT_EQ(archive->member_count(), 2U);
}

TEST(ZipArchive, RefusesWhatItCannotReadAndReadsTheRest) {
  ZipWriter writer;
  writer.add("secret", "x", {.flags = 1})
      .add("bzip2", "x", {.method = 12})
      .add("short", "hello", {.claimed_size = 4})
      .add("long", "hello", {.claimed_size = 6})
      .add("bomb", "hello", {.claimed_size = 1 << 30})
      .add("ok", "fine");
  EXPECT_EQ(told(writer.finish()),
            "! secret: encrypted;! bzip2: compressed by method 12;! short: damaged;! long: damaged;"
            "! bomb: claims more than its bytes can hold;ok=fine;");
}

TEST(ZipArchive, EveryPrefixIsRefused) {
  const std::string bytes = two().finish();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(told(bytes.substr(0, size)).starts_with("! ")) << size;
  }
}

TEST(ZipArchive, InflatesNoMoreThanTheBudget) {
  const std::string bytes = ZipWriter().add("a", std::string(1000, 'a')).add("b", "small").finish();
  EXPECT_EQ(told(bytes, {.total = 1'000'000, .at_once = 999}),
            "! a: too large to look into;b=small;");
  EXPECT_EQ(told(bytes, {.total = 1004, .at_once = 1000}).substr(1003),
            "! b: too large to look into;");
}

TEST(ZipArchive, MembersAreCounted) {
  const std::string bytes = two().finish();
  EXPECT_TRUE(ZipArchive::open(bytes, all, {.max_members = 2, .max_kept = 2}));
  EXPECT_FALSE(ZipArchive::open(bytes, all, {.max_members = 1}));
  EXPECT_FALSE(ZipArchive::open(bytes, all, {.max_kept = 1}));
}

}  // namespace
}  // namespace yagura::image
