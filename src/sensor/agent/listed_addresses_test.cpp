#include "sensor/agent/listed_addresses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace yagura::sensor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kSecond = 1'000'000'000;

class Listed : public ::testing::Test {
 protected:
  Listed() {
    char name[] = "/tmp/yagura-listed-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~Listed() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const char* name, const char* text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  static std::vector<std::uint32_t> find(const ListedAddresses::Made& made, const char* address) {
    return made->lists_of(enforce::parse_cidr(address)->address);
  }

  std::filesystem::path folder_;
};

TEST_F(Listed, OnlyListsThatAreWantedAreRead) {
  ListedAddresses listed({write("bad.txt", "192.0.2.0/24\nevil.example\n2001:db8::1\n"),
                          write("other.txt", "192.0.2.7\n")});
  EXPECT_THAT(listed.want({"bad", "nobody's"}), ElementsAre("nobody's"));
  EXPECT_FALSE(listed.poll(0).has_value());
  const auto made = listed.wait();
  ASSERT_TRUE(made.has_value() && made->has_value());
  EXPECT_THAT(find(*made, "192.0.2.7"), ElementsAre(enforce::watch_list_number("bad")));
  EXPECT_THAT(find(*made, "2001:db8::1"), ElementsAre(enforce::watch_list_number("bad")));
  EXPECT_THAT(find(*made, "192.0.3.7"), IsEmpty());
}

TEST_F(Listed, AChangedFileIsReadAgain) {
  ListedAddresses listed({write("bad.txt", "192.0.2.7\n")});
  EXPECT_THAT(listed.want({"bad"}), IsEmpty());
  (void)listed.poll(0);
  ASSERT_TRUE(listed.wait().has_value());
  (void)listed.poll(10 * kSecond);
  EXPECT_FALSE(listed.wait().has_value());  // nothing has changed
  write("bad.txt", "192.0.2.7\n192.0.2.99\n");
  (void)listed.poll(11 * kSecond);
  EXPECT_FALSE(listed.wait().has_value());  // nobody looks that often
  (void)listed.poll(20 * kSecond);
  const auto made = listed.wait();
  ASSERT_TRUE(made.has_value() && made->has_value());
  EXPECT_THAT(find(*made, "192.0.2.99"), ElementsAre(enforce::watch_list_number("bad")));
}

TEST_F(Listed, WhatCannotBeReadIsAnErrorAndNotAnEmptyList) {
  ListedAddresses listed({folder_ / "gone.txt"});
  EXPECT_THAT(listed.want({"gone"}), IsEmpty());
  (void)listed.poll(0);
  const auto made = listed.wait();
  ASSERT_TRUE(made.has_value());
  ASSERT_FALSE(made->has_value());
  EXPECT_THAT(made->error().message, HasSubstr("gone.txt"));
}

TEST_F(Listed, NobodyWantsAnyMore) {
  ListedAddresses listed({write("bad.txt", "192.0.2.7\n")});
  EXPECT_THAT(listed.want({"bad"}), IsEmpty());
  (void)listed.poll(0);
  ASSERT_TRUE(listed.wait().has_value());
  EXPECT_THAT(listed.want({}), IsEmpty());
  (void)listed.poll(kSecond);
  const auto made = listed.wait();
  ASSERT_TRUE(made.has_value() && made->has_value());
  EXPECT_TRUE((*made)->is_empty());
}

}  // namespace
}  // namespace yagura::sensor
