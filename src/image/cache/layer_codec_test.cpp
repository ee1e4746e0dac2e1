#include "image/cache/layer_codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

LayerFacts sample() {
  LayerFacts layer;
  layer.digest = "sha256:abc";
  layer.diff_id = "sha256:def";
  layer.compressed_size = 10;
  layer.size = 5'000'000'000;
  layer.incomplete = {"it ends early"};
  layer.facts.resize(2);
  layer.facts[0].packages = {{.name = "a", .version = "1", .files = {"bin/a"}}};
  layer.facts[1].problems = {"odd"};
  layer.files = {{.path = "bin", .kind = FileKind::kDirectory},
                 {.path = "bin/a",
                  .size = 7,
                  .modified = -3,
                  .content_hash = 42,
                  .mode = 04755,
                  .uid = 1,
                  .gid = 2,
                  .facts = 0,
                  .has_capabilities = true},
                 {.path = "bin/l", .link = "../a", .facts = 1, .kind = FileKind::kSymlink},
                 {.path = "gone", .whiteout = LayerFile::Whiteout::kFile}};
  return layer;
}

void expect_same(const LayerFacts& a, const LayerFacts& b) {
  EXPECT_EQ(a.digest, b.digest);
  EXPECT_EQ(a.diff_id, b.diff_id);
  EXPECT_EQ(a.compressed_size, b.compressed_size);
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.incomplete, b.incomplete);
  EXPECT_EQ(a.facts, b.facts);
  ASSERT_EQ(a.files.size(), b.files.size());
  for (std::size_t i = 0; i < a.files.size(); ++i) {
    const LayerFile& x = a.files[i];
    const LayerFile& y = b.files[i];
    EXPECT_EQ(x.path, y.path);
    EXPECT_EQ(x.link, y.link);
    EXPECT_EQ(x.size, y.size);
    EXPECT_EQ(x.modified, y.modified);
    EXPECT_EQ(x.content_hash, y.content_hash);
    EXPECT_EQ(x.mode, y.mode);
    EXPECT_EQ(x.uid, y.uid);
    EXPECT_EQ(x.gid, y.gid);
    EXPECT_EQ(x.facts, y.facts);
    EXPECT_EQ(x.kind, y.kind);
    EXPECT_EQ(x.whiteout, y.whiteout);
    EXPECT_EQ(x.has_capabilities, y.has_capabilities);
  }
}

TEST(LayerCodec, GivesBackWhatItWasGiven) {
  const std::string bytes = encode_layer(sample(), "key");
  const auto back = decode_layer(bytes, nullptr, "key");
  ASSERT_TRUE(back);
  expect_same(*back, sample());
  const std::string nothing = encode_layer({}, "");
  ASSERT_TRUE(decode_layer(nothing, nullptr, ""));
}

TEST(LayerCodec, AnswersOnlyToItsKey) {
  const std::string bytes = encode_layer(sample(), "key");
  EXPECT_FALSE(decode_layer(bytes, nullptr, "other"));
  EXPECT_FALSE(decode_layer(bytes, nullptr, ""));
}

TEST(LayerCodec, SeesEveryChangedByteAndEveryCut) {
  const std::string bytes = encode_layer(sample(), "key");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_FALSE(decode_layer(changed, nullptr, "key")) << i;
    EXPECT_FALSE(decode_layer(std::string_view(bytes).substr(0, i), nullptr, "key")) << i;
  }
  EXPECT_FALSE(decode_layer(bytes + "x", nullptr, "key"));
}

TEST(LayerCodec, KeepsTheBytesAlive) {
  auto bytes = std::make_shared<std::string>(encode_layer(sample(), "key"));
  const std::weak_ptr<std::string> watched = bytes;
  {
    const std::string_view view = *bytes;
    auto back = decode_layer(view, std::move(bytes), "key");
    ASSERT_TRUE(back);
    const LayerFacts moved = std::move(*back);
    EXPECT_FALSE(watched.expired());
    EXPECT_EQ(moved.files[1].path, "bin/a");
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace yagura::image
