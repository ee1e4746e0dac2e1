#include "image/tar/tar_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "image/tar/testing/archive.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PieceSource;
using testing::tar_archive;
using testing::tar_member;
using testing::TarMember;

struct Listing {
  std::vector<std::string> lines;  // "kind path -> link: content"
  std::vector<std::string> notes;
  friend bool operator==(const Listing&, const Listing&) = default;
};

Listing list(std::string_view archive, const TarLimits& limits = {},
             const std::vector<std::size_t>& steps = {1 << 20}) {
  PieceSource source(archive, steps);
  TarReader reader(source, limits);
  Listing listing;
  for (;;) {
    const auto entry = reader.next();
    EXPECT_TRUE(entry.has_value());
    if (*entry == nullptr) break;
    constexpr std::string_view kKinds = "fdlhcbps";
    std::string line(1, kKinds[static_cast<std::size_t>((*entry)->kind)]);
    line += " " + std::string((*entry)->path);
    if (!(*entry)->link.empty()) line += " -> " + std::string((*entry)->link);
    std::string content;
    for (;;) {
      const auto piece = reader.content();
      EXPECT_TRUE(piece.has_value());
      if (piece->bytes.empty()) break;
      content += piece->bytes;
    }
    if (!content.empty()) line += ": " + content;
    EXPECT_EQ(reader.content_complete(), content.size() == (*entry)->size) << line;
    listing.lines.push_back(std::move(line));
  }
  EXPECT_EQ(*reader.next(), nullptr);
  listing.notes = reader.take_notes();
  return listing;
}

TEST(TarReader, ReadsEveryKind) {
  const Listing listing = list(tar_archive({
      {.name = "./", .type = '5'},
      {.name = "./etc/", .type = '5'},
      {.name = "./etc/passwd", .content = "root:x:0"},
      {.name = "/abs", .content = "a"},
      {.name = "old/", .type = '\0', .magic = ""},
      {.name = "old/file", .content = "v7", .type = '\0', .magic = ""},
      {.name = "contiguous", .content = "7", .type = '7'},
      {.name = "link", .type = '2', .link = "../etc/passwd"},
      {.name = "hard", .type = '1', .link = "./etc/passwd"},
      {.name = "char", .type = '3'},
      {.name = "block", .type = '4'},
      {.name = "fifo", .type = '6'},
      {.name = "unknown", .content = "u", .type = 'Z'},
      {.name = "tail", .content = "t", .prefix = "deep/prefix"},
  }));
  EXPECT_THAT(
      listing.lines,
      ElementsAre("d ", "d etc", "f etc/passwd: root:x:0", "f abs: a", "d old", "f old/file: v7",
                  "f contiguous: 7", "l link -> ../etc/passwd", "h hard -> etc/passwd", "c char",
                  "b block", "p fifo", "f unknown: u", "f deep/prefix/tail: t"));
  EXPECT_THAT(listing.notes, IsEmpty());
}

TEST(TarReader, GivesTheNumbersOfAnEntry) {
  PieceSource source("");
  const std::string archive =
      tar_archive({{.name = "a", .mode = 0104755, .uid = 1000, .gid = 7, .modified = 1700000000},
                   {.name = "b",
                    .pax = {{"uid", "4294967296"},
                            {"gid", "3000000"},
                            {"mtime", "12.5"},
                            {"SCHILY.xattr.security.capability", "\1"}}},
                   {.name = "c"}});
  PieceSource numbers(archive);
  TarReader reader(numbers);
  const FileEntry* entry = *reader.next();
  EXPECT_EQ(entry->mode, 04755U);
  EXPECT_EQ(entry->uid, 1000U);
  EXPECT_EQ(entry->gid, 7U);
  EXPECT_EQ(entry->modified, 1700000000);
  EXPECT_FALSE(entry->has_capabilities);
  entry = *reader.next();
  EXPECT_EQ(entry->uid, 0xffffffffU);
  EXPECT_EQ(entry->gid, 3000000U);
  EXPECT_EQ(entry->modified, 12);
  EXPECT_TRUE(entry->has_capabilities);
  entry = *reader.next();
  EXPECT_FALSE(entry->has_capabilities);
  EXPECT_EQ(entry->uid, 0U);
}

TEST(TarReader, TakesNamesFromExtendedHeaders) {
  const std::string name(300, 'n');
  const Listing listing = list(tar_archive({
      {.name = "short", .content = "1", .pax = {{"path", name}, {"size", "1"}}},
      {.name = "plain", .content = "2"},
      {.name = "././@LongLink", .content = name + '\0', .type = 'L'},
      {.name = "././@LongLink", .content = "target" + std::string(200, 't') + '\0', .type = 'K'},
      {.name = "short", .type = '2', .link = "short"},
      {.name = "pax", .type = 'g', .link = ""},
      {.name = "l", .type = '2', .link = "x", .pax = {{"linkpath", "pax/target"}}},
  }));
  EXPECT_THAT(listing.lines,
              ElementsAre("f " + name + ": 1", "f plain: 2",
                          "l " + name + " -> target" + std::string(200, 't'), "l l -> pax/target"));
  EXPECT_THAT(listing.notes, IsEmpty());
}

TEST(TarReader, IgnoresNamesInGlobalHeaders) {
  TarMember global{.name = "g", .type = 'g'};
  global.content = testing::pax_record("path", "evil") + testing::pax_record("mtime", "99");
  const std::string archive = tar_archive({global, {.name = "good", .content = "x"}});
  EXPECT_THAT(list(archive).lines, ElementsAre("f good: x"));
  PieceSource source(archive);
  TarReader reader(source);
  EXPECT_EQ((*reader.next())->modified, 99);
}

TEST(TarReader, GivesLinksAndDevicesNoContent) {
  const Listing listing = list(tar_member({.name = "l", .type = '2', .link = "t", .size = 1000}) +
                               tar_member({.name = "d", .type = '5', .size = 1000}) +
                               tar_archive({{.name = "f", .content = "x"}}));
  EXPECT_THAT(listing.lines, ElementsAre("l l -> t", "d d", "f f: x"));
}

TEST(TarReader, RefusesNamesThatLeaveTheRoot) {
  const Listing listing = list(tar_archive({
      {.name = "../evil", .content = "1"},
      {.name = "a/../b", .content = "2"},
      {.name = "h", .type = '1', .link = "../../etc/shadow"},
      {.name = "", .content = "3"},
      {.name = "x", .content = "4", .pax = {{"path", std::string("n\0l", 3)}}},
      {.name = "good", .content = "5"},
  }));
  EXPECT_THAT(listing.lines, ElementsAre("f b: 2", "f good: 5"));
  EXPECT_THAT(listing.notes, ElementsAre(HasSubstr("leaves the root"), HasSubstr("has \"..\""),
                                         HasSubstr("the target of a link leaves the root"),
                                         HasSubstr("without a name"), HasSubstr("NUL")));
}

TEST(TarReader, EndsWithoutZerosWithOneAndWithMany) {
  const std::string member = tar_member({.name = "a", .content = "x"});
  for (const std::size_t zeros : {0, 512, 1024, 10240}) {
    const Listing listing = list(member + std::string(zeros, '\0'));
    EXPECT_THAT(listing.lines, ElementsAre("f a: x"));
    EXPECT_THAT(listing.notes, IsEmpty());
  }
  // Behind the end nothing counts.
  EXPECT_THAT(list(tar_archive({}) + member).lines, IsEmpty());
  EXPECT_THAT(list("").lines, IsEmpty());
  EXPECT_THAT(list("").notes, IsEmpty());
}

TEST(TarReader, GoesOnBehindALoneBlockOfZeros) {
  const Listing listing = list(tar_member({.name = "a"}) + std::string(512, '\0') +
                               tar_archive({{.name = "b", .content = "x"}}));
  EXPECT_THAT(listing.lines, ElementsAre("f a", "f b: x"));
  EXPECT_THAT(listing.notes, ElementsAre(HasSubstr("lone block of zeros at byte 512")));
}

TEST(TarReader, GoesOnBehindADamagedHeader) {
  std::string damaged = tar_member({.name = "b", .content = std::string(2000, 'b')});
  damaged[0] = 'c';
  const Listing listing =
      list(tar_member({.name = "a"}) + damaged + tar_archive({{.name = "z", .content = "x"}}));
  EXPECT_THAT(listing.lines, ElementsAre("f a", "f z: x"));
  EXPECT_THAT(listing.notes,
              ElementsAre("a damaged header at byte 512: 2560 bytes were passed over"));
}

TEST(TarReader, SaysWhatIsNoArchive) {
  EXPECT_THAT(list(std::string(5120, 'x')).notes, ElementsAre(HasSubstr("no tar archive")));
  EXPECT_THAT(list("short").notes, ElementsAre(HasSubstr("ends within a block")));
}

TEST(TarReader, SeesEveryCut) {
  const std::string archive = tar_member({.name = "a", .content = std::string(700, 'a')}) +
                              tar_member({.name = "b", .pax = {{"path", "bb"}}});
  for (std::size_t size = 0; size < archive.size(); ++size) {
    const Listing listing = list(std::string_view(archive).substr(0, size));
    const bool between = size == 0 || size == 1536;
    const bool whole_content = size >= 512 + 700 && size < 1536;
    EXPECT_EQ(listing.notes.empty(), between || whole_content) << size;
  }
}

TEST(TarReader, ReadsTheSameHoweverTheBytesAreCut) {
  std::string archive = tar_archive({
      {.name = "a", .content = std::string(5000, 'a')},
      {.name = "b", .content = "bb", .pax = {{"path", "long/" + std::string(600, 'b')}}},
      {.name = "c", .type = '2', .link = "a"},
      {.name = "d", .content = std::string(512, 'd')},
  });
  const Listing whole = list(archive);
  ASSERT_EQ(whole.lines.size(), 4U);
  for (const std::vector<std::size_t>& steps : std::vector<std::vector<std::size_t>>{
           {1}, {3}, {511}, {512}, {513}, {1, 511, 7}, {1000, 24, 513}}) {
    EXPECT_EQ(list(archive, {}, steps), whole);
  }
}

TEST(TarReader, HitsEachLimit) {
  EXPECT_THAT(list(tar_archive({{.name = "a"}, {.name = "b"}, {.name = "c"}}), {.max_entries = 2}),
              ::testing::AllOf(::testing::Field(&Listing::lines, ElementsAre("f a", "f b")),
                               ::testing::Field(&Listing::notes,
                                                ElementsAre(HasSubstr("more than 2 entries")))));
  EXPECT_THAT(list(tar_archive({{.name = "abcdef"}}), {.path = {.max_bytes = 5}}).notes,
              ElementsAre(HasSubstr("too long")));
  EXPECT_THAT(list(tar_archive({{.name = "a/b/c"}}), {.path = {.max_depth = 2}}).notes,
              ElementsAre(HasSubstr("too deep")));
  const Listing extended =
      list(tar_archive({{.name = "a", .content = "x", .pax = {{"path", std::string(2000, 'p')}}}}),
           {.max_extended = 1000});
  EXPECT_THAT(extended.lines, ElementsAre("f a: x"));
  EXPECT_THAT(extended.notes, ElementsAre(HasSubstr("extended header of 2")));
  std::vector<TarMember> evil(100, {.name = "../x"});
  EXPECT_EQ(list(tar_archive(evil)).notes.size(), Notes::kMaxKept + 1);
}

TEST(TarReader, ReadsAllSparseForms) {
  const std::string want =
      "f s: " + std::string(4, '\0') + "AB" + std::string(2, '\0') + "C" + std::string(3, '\0');
  EXPECT_THAT(list(tar_archive({{.name = "x",
                                 .content = "ABC",
                                 .pax = {{"GNU.sparse.major", "0"},
                                         {"GNU.sparse.minor", "1"},
                                         {"GNU.sparse.name", "s"},
                                         {"GNU.sparse.size", "12"},
                                         {"GNU.sparse.map", "4,2,8,1"}}}}))
                  .lines,
              ElementsAre(want));
  EXPECT_THAT(list(tar_archive({{.name = "s",
                                 .content = "ABC",
                                 .pax = {{"GNU.sparse.size", "12"},
                                         {"GNU.sparse.numblocks", "2"},
                                         {"GNU.sparse.offset", "4"},
                                         {"GNU.sparse.numbytes", "2"},
                                         {"GNU.sparse.offset", "8"},
                                         {"GNU.sparse.numbytes", "1"}}}}))
                  .lines,
              ElementsAre(want));
  std::string map = "2\n4\n2\n8\n1\n";
  map.resize(512, '\0');
  const std::vector<std::pair<std::string, std::string>> one = {{"GNU.sparse.major", "1"},
                                                                {"GNU.sparse.minor", "0"},
                                                                {"GNU.sparse.name", "s"},
                                                                {"GNU.sparse.realsize", "12"}};
  const std::string archive = tar_archive({{.name = "x", .content = map + "ABC", .pax = one}});
  EXPECT_THAT(list(archive).lines, ElementsAre(want));
  EXPECT_THAT(list(archive, {}, {1}).lines, ElementsAre(want));
  EXPECT_THAT(list(archive).notes, IsEmpty());
}

TEST(TarReader, ReadsDamagedSparseMapsAsTheyLie) {
  for (const char* map : {"4,2,5,1", "8,1,4,2", "4,20", "0,1,x,2", "4,2,8"}) {
    const Listing listing =
        list(tar_archive({{.name = "s",
                           .content = "ABC",
                           .pax = {{"GNU.sparse.size", "12"}, {"GNU.sparse.map", map}}},
                          {.name = "next"}}));
    EXPECT_THAT(listing.lines.back(), "f next") << map;
    EXPECT_FALSE(listing.notes.empty()) << map;
  }
}

TEST(TarReader, BoundsHoles) {
  const Listing listing = list(
      tar_archive({{.name = "s",
                    .content = "A",
                    .pax = {{"GNU.sparse.size", "4611686018427387903"}, {"GNU.sparse.map", "0,1"}}},
                   {.name = "next", .content = "x"}}),
      {.max_holes = 1000});
  ASSERT_EQ(listing.lines.size(), 2U);
  EXPECT_EQ(listing.lines[0].size(), 1001 + std::string("f s: ").size());
  EXPECT_EQ(listing.lines[1], "f next: x");
  EXPECT_THAT(listing.notes, ElementsAre(HasSubstr("holes of more than 1000 bytes")));
}

}  // namespace
}  // namespace yagura::image
