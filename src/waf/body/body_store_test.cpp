#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "waf/body/body.hpp"

namespace yagura::waf {
namespace {

class Store : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/yagura-store-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(Store, HoldsSmallBodiesInMemory) {
  BodyStore store(10, "/nonexistent");
  EXPECT_EQ(store.view(), std::string_view(""));
  ASSERT_TRUE(store.append("01234"));
  ASSERT_TRUE(store.append("56789"));
  EXPECT_EQ(store.view(), std::string_view("0123456789"));
  EXPECT_EQ(store.size(), 10U);
}

TEST_F(Store, PutsLargeBodiesIntoAFileWithoutAName) {
  BodyStore store(10, folder_);
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string chunk = "chunk " + std::to_string(i) + ";";
    ASSERT_TRUE(store.append(chunk));
    expected += chunk;
    if (i % 1000 == 0) {
      EXPECT_EQ(store.view(), std::string_view(expected)) << "in between";
    }
  }
  EXPECT_EQ(store.view(), std::string_view(expected));
  EXPECT_EQ(store.size(), expected.size());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Store, MovesWithItsBytes) {
  BodyStore store(4, folder_);
  ASSERT_TRUE(store.append("in a file"));
  BodyStore other(std::move(store));
  EXPECT_EQ(other.view(), std::string_view("in a file"));
}

TEST_F(Store, SaysWhenItCannotWrite) {
  BodyStore store(4, folder_ + "/missing");
  ASSERT_TRUE(store.append("1234"));
  const auto full = store.append("5");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kIo);
  EXPECT_EQ(store.view(), std::string_view("1234"));
}

}  // namespace
}  // namespace yagura::waf
