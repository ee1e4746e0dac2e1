#include "image/layer/layer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "image/blob/digest_thread.hpp"
#include "image/blob/streams.hpp"
#include "image/blob/testing/compress.hpp"
#include "image/layer/testing/analyzers.hpp"
#include "image/tar/testing/archive.hpp"

namespace yagura::image {
namespace {

using testing::analyzers;
using testing::DigestAnalyzer;
using ::testing::ElementsAre;
using testing::gzip;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::sample_bytes;
using testing::tar_archive;
using testing::tar_member;
using testing::TarMember;
using testing::ThrowingAnalyzer;

std::string sha256(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

Result<LayerFacts> read(std::string_view bytes, const Analyzers& with,
                        const LayerIdentity& identity = {}, const LayerLimits& limits = {},
                        unsigned threads = 2) {
  MemoryBlob blob(bytes);
  LayerContext context(threads, limits);
  return read_layer(blob, with, identity, context);
}

std::vector<std::string> paths(const LayerFacts& layer) {
  std::vector<std::string> out;
  for (const LayerFile& file : layer.files) {
    std::string line(file.path);
    if (file.whiteout == LayerFile::Whiteout::kFile) line = "-" + line;
    if (file.whiteout == LayerFile::Whiteout::kOpaque) line = "opaque " + line;
    out.push_back(std::move(line));
  }
  return out;
}

// What DigestAnalyzer told, by path.
std::map<std::string, std::string> digests(const LayerFacts& layer) {
  std::map<std::string, std::string> out;
  for (const LayerFile& file : layer.files) {
    const FileFacts* facts = layer.facts_of(file);
    if (facts == nullptr) continue;
    for (const Package& package : facts->packages) {
      EXPECT_EQ(package.name, file.path);
      out.emplace(package.name, package.version);
    }
  }
  return out;
}

TEST(ReadLayer, ShowsEachFileWholeHoweverItLies) {
  // Sizes around those of heads, blocks and buffers.
  std::vector<TarMember> members;
  std::map<std::string, std::string> want;
  std::size_t seed = 0;
  for (const std::size_t size : {0, 1, 511, 512, 513, 4095, 4096, 4097, 100'000, 523'776, 524'288,
                                 524'289, 1'500'000, 3'000'000}) {
    for (int i = 0; i < 2; ++i) {
      TarMember member{.name = "f" + std::to_string(size) + "-" + std::to_string(i),
                       .content = sample_bytes(size, ++seed)};
      want[member.name] = sha256(member.content);
      members.push_back(std::move(member));
    }
  }
  const std::string archive = tar_archive(members);
  for (const unsigned threads : {0U, 3U}) {
    for (const std::string& packed : {archive, gzip(archive, 1), testing::zstd(archive)}) {
      auto analyzer = std::make_unique<DigestAnalyzer>();
      const DigestAnalyzer& seen = *analyzer;
      // The largest go to a temporary file.
      const Analyzers with = analyzers(std::move(analyzer));
      const auto layer = read(packed, with, {}, {.max_in_memory = 2'000'000}, threads);
      ASSERT_TRUE(layer) << layer.error().message;
      EXPECT_EQ(digests(*layer), want);
      EXPECT_EQ(seen.short_heads, 0);
      EXPECT_EQ(layer->digest, sha256(packed));
      EXPECT_EQ(layer->diff_id, sha256(archive));
      EXPECT_EQ(layer->compressed_size, packed.size());
      EXPECT_EQ(layer->size, archive.size());
      EXPECT_THAT(layer->incomplete, IsEmpty());
    }
  }
}

TEST(ReadLayer, PassesOverWhatNobodyWantsButHashesIt) {
  const std::string same = sample_bytes(700'000);
  auto analyzer = std::make_unique<DigestAnalyzer>(".wanted");
  const DigestAnalyzer& seen = *analyzer;
  const Analyzers with = analyzers(std::move(analyzer));
  const auto layer = read(tar_archive({{.name = "a", .content = same},
                                       {.name = "b", .content = "x"},
                                       {.name = "c.wanted", .content = "y"},
                                       {.name = "d", .content = same},
                                       {.name = "e", .type = '5'}}),
                          with);
  ASSERT_TRUE(layer);
  EXPECT_EQ(seen.analyzed, 1);
  ASSERT_EQ(layer->files.size(), 5U);
  EXPECT_NE(layer->files[0].content_hash, 0U);
  EXPECT_EQ(layer->files[0].content_hash, layer->files[3].content_hash);
  EXPECT_NE(layer->files[0].content_hash, layer->files[1].content_hash);
  EXPECT_EQ(layer->files[4].content_hash, 0U);
  EXPECT_EQ(layer->facts.size(), 1U);
  EXPECT_EQ(layer->facts_of(layer->files[0]), nullptr);
  EXPECT_NE(layer->facts_of(layer->files[2]), nullptr);
}

TEST(ReadLayer, KeepsWhatArchivesSayOfFiles) {
  const auto layer = read(tar_archive({{.name = "bin/su",
                                        .content = "s",
                                        .mode = 04755,
                                        .uid = 1,
                                        .gid = 2,
                                        .modified = 3,
                                        .pax = {{"SCHILY.xattr.security.capability", "x"}}},
                                       {.name = "bin/l", .type = '2', .link = "su"},
                                       {.name = "bin/h", .type = '1', .link = "bin/su"}}),
                          analyzers(std::make_unique<DigestAnalyzer>()));
  ASSERT_TRUE(layer);
  EXPECT_THAT(paths(*layer), ElementsAre("bin/h", "bin/l", "bin/su"));
  EXPECT_EQ(layer->files[0].kind, FileKind::kHardLink);
  EXPECT_EQ(layer->files[0].link, "bin/su");
  EXPECT_EQ(layer->files[1].kind, FileKind::kSymlink);
  EXPECT_EQ(layer->files[1].link, "su");
  const LayerFile& file = layer->files[2];
  EXPECT_EQ(file.mode, 04755U);
  EXPECT_EQ(file.uid, 1U);
  EXPECT_EQ(file.gid, 2U);
  EXPECT_EQ(file.modified, 3);
  EXPECT_EQ(file.size, 1U);
  EXPECT_TRUE(file.has_capabilities);
}

TEST(ReadLayer, ReadsWhiteouts) {
  const auto layer = read(tar_archive({{.name = "d/.wh..wh..opq"},
                                       {.name = "d/.wh.gone"},
                                       {.name = "d/gone", .content = "new"},
                                       {.name = ".wh.top"},
                                       {.name = ".wh..wh.plnk", .type = '5'},
                                       {.name = "d/.wh."},
                                       {.name = "d/.wh..."},
                                       {.name = "d", .type = '5'}}),
                          analyzers(std::make_unique<DigestAnalyzer>()));
  ASSERT_TRUE(layer);
  EXPECT_THAT(paths(*layer), ElementsAre("opaque d", "d", "-d/gone", "d/gone", "-top"));
  EXPECT_THAT(layer->incomplete,
              ElementsAre(HasSubstr("names nothing"), HasSubstr("names nothing")));
}

TEST(ReadLayer, LetsTheLastOfTwoCount) {
  const auto layer = read(tar_archive({{.name = "b", .content = "1"},
                                       {.name = "a", .content = "2"},
                                       {.name = "./b", .content = "3"}}),
                          analyzers(std::make_unique<DigestAnalyzer>()));
  ASSERT_TRUE(layer);
  EXPECT_THAT(paths(*layer), ElementsAre("a", "b"));
  EXPECT_EQ(digests(*layer),
            (std::map<std::string, std::string>{{"a", sha256("2")}, {"b", sha256("3")}}));
  EXPECT_EQ(layer->facts.size(), 2U);
}

TEST(ReadLayer, RefusesALayerThatIsAnother) {
  const std::string archive = tar_archive({{.name = "a", .content = "x"}});
  const std::string packed = gzip(archive);
  const Analyzers none;
  EXPECT_TRUE(
      read(packed, none,
           {.digest = sha256(packed), .stored_size = packed.size(), .diff_id = sha256(archive)}));
  const auto digest = read(packed, none, {.digest = sha256("other")});
  ASSERT_FALSE(digest);
  EXPECT_EQ(digest.error().code, ErrorCode::kInvalidInput);
  EXPECT_THAT(digest.error().message,
              ::testing::AllOf(HasSubstr(sha256("other")), HasSubstr(sha256(packed))));
  EXPECT_THAT(read(packed, none, {.stored_size = packed.size() + 1}).error().message,
              HasSubstr("where the manifest says"));
  EXPECT_THAT(read(packed, none, {.stored_size = packed.size() - 1}).error().message,
              HasSubstr("where the manifest says"));
  EXPECT_THAT(read(packed, none, {.diff_id = sha256(packed)}).error().message,
              HasSubstr("where the configuration says"));
}

TEST(ReadLayer, KnowsNoOtherDigest) {
  const auto layer = read("", {}, {.digest = "sha512:00"});
  ASSERT_FALSE(layer);
  EXPECT_EQ(layer.error().code, ErrorCode::kUnsupported);
}

TEST(ReadLayer, NamesEveryChangedByte) {
  const std::string packed = gzip(tar_archive({{.name = "a", .content = sample_bytes(500)}}));
  const Analyzers none;
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string changed = packed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto layer = read(changed, none, {.digest = sha256(packed)});
    ASSERT_FALSE(layer) << at;
    EXPECT_THAT(layer.error().message, HasSubstr("its digest is")) << at;
  }
}

TEST(ReadLayer, KeepsWhatCameBeforeDamage) {
  std::vector<TarMember> members;
  for (int i = 0; i < 200; ++i) {
    members.push_back({.name = "f" + std::to_string(i), .content = sample_bytes(20'000, i + 1)});
  }
  const std::string packed = gzip(tar_archive(members));
  const auto cut =
      read(packed.substr(0, packed.size() / 2), analyzers(std::make_unique<DigestAnalyzer>()));
  ASSERT_TRUE(cut);
  EXPECT_GT(cut->files.size(), 50U);
  EXPECT_LT(cut->files.size(), 150U);
  EXPECT_THAT(cut->incomplete, ElementsAre(HasSubstr("ends early: the rest was not read")));
  EXPECT_EQ(cut->diff_id, "");

  const auto plain = read(tar_archive(members).substr(0, 1'000'000),
                          analyzers(std::make_unique<DigestAnalyzer>()));
  ASSERT_TRUE(plain);
  EXPECT_THAT(plain->incomplete, ElementsAre(HasSubstr("the archive ends within")));
}

TEST(ReadLayer, ContainsAnalyzersThatThrow) {
  const auto layer =
      read(tar_archive({{.name = "a", .content = "x"}}),
           analyzers(std::make_unique<ThrowingAnalyzer>(), std::make_unique<DigestAnalyzer>()));
  ASSERT_TRUE(layer);
  ASSERT_EQ(layer->facts.size(), 1U);
  EXPECT_THAT(layer->facts[0].problems, ElementsAre("throwing: failed: out of luck"));
  EXPECT_EQ(layer->facts[0].packages.size(), 1U);
}

TEST(ReadLayer, HitsEachLimit) {
  const auto digest = [] { return analyzers(std::make_unique<DigestAnalyzer>()); };
  const std::string archive = tar_archive(
      {{.name = "large", .content = sample_bytes(600'000)}, {.name = "small", .content = "x"}});
  const auto large = read(archive, digest(), {}, {.max_file = 500'000, .max_in_memory = 1000});
  ASSERT_TRUE(large);
  EXPECT_EQ(digests(*large), (std::map<std::string, std::string>{{"small", sha256("x")}}));
  EXPECT_THAT(large->incomplete, ElementsAre(HasSubstr("too large to be looked at")));
  EXPECT_NE(large->files[0].content_hash, 0U);

  const auto bomb =
      read(gzip(tar_archive({{.name = "zeros", .content = std::string(9'000'000, '\0')}})),
           digest(), {}, {.inflate = {.max_ratio = 100, .ratio_free = 1'000'000}});
  ASSERT_TRUE(bomb);
  EXPECT_THAT(bomb->incomplete, ElementsAre(HasSubstr("more than 100 times its size")));

  const auto many = read(archive, digest(), {}, {.tar = {.max_entries = 1}});
  ASSERT_TRUE(many);
  EXPECT_THAT(paths(*many), ElementsAre("large"));
  EXPECT_THAT(many->incomplete, ElementsAre(HasSubstr("more than 1 entries")));
}

TEST(ReadLayer, SaysWhereNoTemporaryFileCanBe) {
  const std::string archive = tar_archive({{.name = "large", .content = sample_bytes(600'000)}});
  MemoryBlob stored(archive);
  LayerContext context(1, {.max_in_memory = 1000}, "/nonexistent-directory");
  const auto layer = read_layer(stored, analyzers(std::make_unique<DigestAnalyzer>()), {}, context);
  ASSERT_TRUE(layer);
  EXPECT_THAT(layer->incomplete, ElementsAre(HasSubstr("could not be looked at")));
  EXPECT_EQ(context.bytes_read, archive.size());
}

class BrokenStream final : public BlobStream {
 public:
  explicit BrokenStream(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<char> into) override {
    if (bytes_.empty()) return fail(ErrorCode::kIo, "the line is dead");
    const std::size_t count = std::min(into.size(), bytes_.size());
    std::copy_n(bytes_.begin(), count, into.begin());
    bytes_.erase(0, count);
    return count;
  }

 private:
  std::string bytes_;
};

TEST(ReadLayer, PassesOnWhatTheStreamSays) {
  BrokenStream stream(
      gzip(tar_archive({{.name = "a", .content = sample_bytes(600'000)}})).substr(0, 5000));
  const auto layer =
      read_layer(stream, analyzers(std::make_unique<DigestAnalyzer>()), {.digest = "sha256:abc"});
  ASSERT_FALSE(layer);
  EXPECT_EQ(layer.error().code, ErrorCode::kIo);
  EXPECT_EQ(layer.error().message, "layer sha256:abc: the line is dead");
}

}  // namespace
}  // namespace yagura::image
