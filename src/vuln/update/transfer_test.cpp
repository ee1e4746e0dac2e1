// Indexes carried as directories, tar files and OCI artifacts.

#include "vuln/update/transfer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/registry/testing/temporary_directory.hpp"
#include "vuln/update/testing_index.hpp"

namespace yagura::vuln {
namespace {

namespace fs = std::filesystem;
using image::testing::TemporaryDirectory;
using testing::fix_in;
using ::testing::HasSubstr;
using testing::make_index;
using testing::make_keys;

class Transfer : public ::testing::Test {
 protected:
  void SetUp() override {
    make_index(scratch_.path() / "feed", original(), "1.0.0", "2024-01-01T00:00:00Z");
    ASSERT_TRUE(sign_index(original(), keys_.secret));
    const auto key = parse_public_key(keys_.open);
    ASSERT_TRUE(key);
    trust_.keys = {*key};
  }
  [[nodiscard]] fs::path original() const { return scratch_.path() / "original"; }
  [[nodiscard]] fs::path carried() const { return scratch_.path() / "carried"; }
  [[nodiscard]] fs::path here() const { return scratch_.path() / "here"; }
  void expect_imported(const std::string& from) const {
    const auto imported =
        import_index(from, here(), trust_, {.platform = {}, .allow_network = false});
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_TRUE(imported->changed);
    EXPECT_EQ(imported->signed_by, trust_.keys[0].id);
    EXPECT_EQ(fix_in(here()), "1.0.0");
    EXPECT_TRUE(verify_index(here(), trust_));
    const auto files = std::distance(fs::directory_iterator(here()), fs::directory_iterator());
    EXPECT_EQ(files, 3) << "manifest and two shards, nothing else";
  }

  testing::Keys keys_ = make_keys();
  TemporaryDirectory scratch_;
  TrustOptions trust_;
};

TEST_F(Transfer, AsADirectory) {
  ASSERT_TRUE(export_index(original(), carried(), ExportForm::kDirectory));
  expect_imported(carried().string());
}

TEST_F(Transfer, AsATarFile) {
  ASSERT_TRUE(export_index(original(), carried(), ExportForm::kTar));
  expect_imported(carried().string());
  ASSERT_TRUE(export_index(original(), scratch_.path() / "again", ExportForm::kTar));
  EXPECT_EQ(core::read_file(carried()).value_or("1"),
            core::read_file(scratch_.path() / "again").value_or("2"));
}

TEST_F(Transfer, AsAnOciLayout) {
  ASSERT_TRUE(export_index(original(), carried(), ExportForm::kOciLayout));
  expect_imported("oci:" + carried().string());
}

TEST_F(Transfer, AsAnOciArchive) {
  ASSERT_TRUE(export_index(original(), carried(), ExportForm::kOciLayout));
  if (!image::testing::has_program("tar")) GTEST_SKIP() << "skipped: no tar";
  const fs::path file = scratch_.path() / "carried.tar";
  ASSERT_TRUE(image::testing::run("tar -C " + carried().string() + " -cf " + file.string() + " ."));
  expect_imported("oci-archive:" + file.string());
}

TEST_F(Transfer, ADamagedOneIsRefusedAndTheOldOneStays) {
  ASSERT_TRUE(export_index(original(), carried(), ExportForm::kDirectory));
  ASSERT_TRUE(import_index(carried().string(), here(), trust_));
  make_index(scratch_.path() / "feed", original(), "2.0.0", "2024-01-02T00:00:00Z");
  ASSERT_TRUE(sign_index(original(), keys_.secret));
  ASSERT_TRUE(export_index(original(), scratch_.path() / "next", ExportForm::kTar));
  std::string bytes = core::read_file(scratch_.path() / "next").value_or("");
  // Inside the manifest, and inside a shard.
  for (const std::size_t at : {std::size_t{600}, bytes.find("GHSA-1")}) {
    ASSERT_LT(at, bytes.size());
    std::string bad = bytes;
    bad[at] ^= 4;
    ASSERT_TRUE(core::write_file(scratch_.path() / "bad", bad));
    EXPECT_FALSE(import_index((scratch_.path() / "bad").string(), here(), trust_));
    EXPECT_EQ(fix_in(here()), "1.0.0");
  }
  ASSERT_TRUE(core::write_file(scratch_.path() / "cut", bytes.substr(0, bytes.size() / 3)));
  EXPECT_FALSE(import_index((scratch_.path() / "cut").string(), here(), trust_));
  EXPECT_EQ(fix_in(here()), "1.0.0");
  ASSERT_TRUE(import_index((scratch_.path() / "next").string(), here(), trust_));
  EXPECT_EQ(fix_in(here()), "2.0.0");
}

TEST_F(Transfer, ShardsAboveTheLimitAreRefused) {
  ASSERT_TRUE(export_index(original(), carried(), ExportForm::kDirectory));
  trust_.max_shard_bytes = 100;
  const auto refused = import_index(carried().string(), here(), trust_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
}

TEST_F(Transfer, WhatIsNoIndexIsRefused) {
  fs::create_directories(carried());
  EXPECT_FALSE(
      import_index(carried().string(), here(), trust_, {.platform = {}, .allow_network = false}));
  ASSERT_TRUE(core::write_file(scratch_.path() / "text", "hello"));
  EXPECT_FALSE(import_index((scratch_.path() / "text").string(), here(), trust_,
                            {.platform = {}, .allow_network = false}));
  EXPECT_FALSE(export_index(carried(), scratch_.path() / "x", ExportForm::kTar));
  EXPECT_FALSE(export_index(original(), original(), ExportForm::kDirectory)) << "not empty";
}

}  // namespace
}  // namespace yagura::vuln
