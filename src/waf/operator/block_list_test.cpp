#include "waf/operator/internal/block_list.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace yagura::waf::internal {
namespace {

IpAddress address(std::string_view text) { return *IpAddress::parse(text); }

TEST(BlockListName, ReversesTheAddress) {
  EXPECT_EQ(block_list_name(address("192.0.2.99"), "zone.example"), "99.2.0.192.zone.example");
  EXPECT_EQ(block_list_name(address("2001:db8::567:89ab"), "z"),
            "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.z");
}

TEST(BlockList, AnswersFromWhatItLearntInTheBackground) {
  std::atomic<int> questions = 0;
  const BlockList list("zone.example", [&questions](const std::string& host) {
    ++questions;
    return host.starts_with("2.0.0.127.") ? Listing::kListed : Listing::kNotListed;
  });
  EXPECT_EQ(list.look_up(address("127.0.0.2")), std::nullopt);
  EXPECT_EQ(list.look_up(address("127.0.0.3")), std::nullopt);
  list.wait_until_idle();
  EXPECT_EQ(list.look_up(address("127.0.0.2")), Listing::kListed);
  EXPECT_EQ(list.look_up(address("127.0.0.3")), Listing::kNotListed);
  EXPECT_EQ(questions, 2);
}

TEST(BlockList, NeverWaitsForASlowResolverAndDropsQuestionsPastItsBound) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::atomic<std::size_t> questions = 0;
  const BlockList list("zone.example", [&questions, released](const std::string&) {
    released.wait();
    ++questions;
    return Listing::kFailed;
  });
  for (int i = 0; i < 2000; ++i) {
    const std::string text = "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
    EXPECT_EQ(list.look_up(address(text)), std::nullopt);
  }
  release.set_value();
  list.wait_until_idle();
  EXPECT_LE(questions, BlockList::kMaxQuestions + 1);
  EXPECT_EQ(list.look_up(address("10.0.0.0")), Listing::kFailed);
}

TEST(BlockList, ForgetsTheOldestPastItsBound) {
  const BlockList list("zone.example", [](const std::string&) { return Listing::kNotListed; });
  const auto nth = [](std::size_t i) {
    return address("10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
                   std::to_string(i % 256));
  };
  for (std::size_t i = 0; i < BlockList::kMaxAnswers + 100; ++i) {
    (void)list.look_up(nth(i));
    if (i % 100 == 0) list.wait_until_idle();
  }
  list.wait_until_idle();
  EXPECT_EQ(list.look_up(nth(0)), std::nullopt);
  EXPECT_EQ(list.look_up(nth(BlockList::kMaxAnswers)), Listing::kNotListed);
}

}  // namespace
}  // namespace yagura::waf::internal
