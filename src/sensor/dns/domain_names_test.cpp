#include "sensor/dns/domain_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yagura::sensor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kSecond = 1'000'000'000;

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

DnsMessage answer(std::string name, const IpAddress& address, std::string alias = {}) {
  DnsMessage message;
  message.is_answer = true;
  message.questions.push_back({name, kDnsA, 1});
  if (!alias.empty()) {
    message.answers.push_back({.name = name, .type = kDnsCname, .target = alias});
  }
  message.answers.push_back(
      {.name = alias.empty() ? name : alias, .type = kDnsA, .ttl_seconds = 5, .address = address});
  return message;
}

TEST(DomainNames, TheAskedNameStandsBeforeItsAlias) {
  DomainNames names;
  names.learn(1, answer("www.example.com", ip("10.0.0.1"), "cdn.example.net"), 0);
  EXPECT_THAT(names.find(1, ip("::ffff:10.0.0.1"), 0),
              ElementsAre("www.example.com", "cdn.example.net"));
  names.learn(1, answer("other.example.com", ip("10.0.0.1"), "cdn.example.net"), 0);
  EXPECT_THAT(names.find(1, ip("10.0.0.1"), 0),
              ElementsAre("other.example.com", "cdn.example.net", "www.example.com"));
}

TEST(DomainNames, OneScopesAnswersAreNotAnothers) {
  DomainNames names;
  names.learn(1, answer("a.example", ip("10.0.0.1")), 0);
  EXPECT_THAT(names.find(2, ip("10.0.0.1"), 0), IsEmpty());
  names.forget(1);
  EXPECT_THAT(names.find(1, ip("10.0.0.1"), 0), IsEmpty());
  EXPECT_EQ(names.addresses(), 0U);
}

TEST(DomainNames, ForgetsInTimeButNotAtOnce) {
  DomainNames names;
  names.learn(1, answer("a.example", ip("10.0.0.1")), 0);
  EXPECT_THAT(names.find(1, ip("10.0.0.1"), 3600 * kSecond), ElementsAre("a.example"));
  EXPECT_THAT(names.find(1, ip("10.0.0.1"), 3601 * kSecond), IsEmpty());
}

TEST(DomainNames, QuestionsAndFailuresTeachNothing) {
  DomainNames names;
  auto failed = answer("a.example", ip("10.0.0.1"));
  failed.response_code = 3;
  names.learn(1, failed, 0);
  auto question = answer("a.example", ip("10.0.0.1"));
  question.is_answer = false;
  names.learn(1, question, 0);
  EXPECT_EQ(names.addresses(), 0U);
}

TEST(DomainNames, AFloodOfOneScopeLeavesTheOthers) {
  DomainNames names({.max_addresses_per_scope = 8, .max_addresses = 100});
  names.learn(1, answer("kept.example", ip("10.9.9.9")), 0);
  for (int i = 0; i < 1000; ++i) {
    names.learn(2,
                answer("x" + std::to_string(i),
                       ip("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250))),
                0);
  }
  EXPECT_LE(names.addresses(), 9U);
  EXPECT_GT(names.forgotten(), 900U);
  EXPECT_THAT(names.find(1, ip("10.9.9.9"), 0), ElementsAre("kept.example"));
}

TEST(DomainNames, LeastRecentlyUsedScopesGo) {
  DomainNames names({.max_addresses = 10});
  for (std::uint64_t scope = 1; scope <= 30; ++scope) {
    names.learn(scope, answer("a.example", ip("10.0.0.1")), 0);
  }
  EXPECT_EQ(names.addresses(), 10U);
  EXPECT_THAT(names.find(20, ip("10.0.0.1"), 0), IsEmpty());
  EXPECT_THAT(names.find(21, ip("10.0.0.1"), 0), ElementsAre("a.example"));
}

TEST(DomainNames, KeepsTheNewestNames) {
  DomainNames names({.max_names_per_address = 2});
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    names.learn(1, answer(name, ip("10.0.0.1")), 0);
  }
  EXPECT_THAT(names.find(1, ip("10.0.0.1"), 0), ElementsAre("c.example", "b.example"));
}

}  // namespace
}  // namespace yagura::sensor
