#include "sensor/dns/message.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace yagura::sensor {
namespace {

using namespace std::string_literals;

std::string u16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

std::string header(unsigned flags, unsigned questions, unsigned answers) {
  return u16(0x1234) + u16(flags) + u16(questions) + u16(answers) + u16(0) + u16(0);
}

std::string wire_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return out + '\0';
}

std::string question(std::string_view name, unsigned type) {
  return wire_name(name) + u16(type) + u16(1);
}

std::string record(const std::string& name, unsigned type, std::string_view data) {
  return name + u16(type) + u16(1) + u16(0) + u16(60) + u16(static_cast<unsigned>(data.size())) +
         std::string(data);
}

// www.Example.com: an alias of cdn.example.net, which has an address of each family. Names are
// compressed as servers do.
std::string sample_answer() {
  std::string bytes = header(0x8180, 1, 3) + question("www.Example.com", kDnsA);
  const unsigned alias_at = static_cast<unsigned>(bytes.size()) + 12;
  bytes += record("\xc0\x0c"s, kDnsCname, wire_name("cdn.example.net"));
  bytes += record(u16(0xc000 | alias_at), kDnsA, "\x0a\x01\x02\x03");
  bytes += record(u16(0xc000 | alias_at), kDnsAaaa,
                  std::string_view("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16));
  return bytes;
}

TEST(DnsMessage, ReadsAQuestion) {
  const auto message =
      read_dns_message(header(0x0100, 1, 0) + question("api.example.com", kDnsTxt));
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_FALSE(message->is_answer);
  EXPECT_FALSE(message->is_cut);
  ASSERT_EQ(message->questions.size(), 1U);
  EXPECT_EQ(message->questions[0].name, "api.example.com");
  EXPECT_EQ(dns_type_name(message->questions[0].type), "TXT");
}

TEST(DnsMessage, ReadsCompressedAnswersInLowerCase) {
  const auto message = read_dns_message(sample_answer());
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_TRUE(message->is_answer);
  ASSERT_EQ(message->answers.size(), 3U);
  EXPECT_EQ(message->answers[0].name, "www.example.com");
  EXPECT_EQ(message->answers[0].target, "cdn.example.net");
  EXPECT_EQ(message->answers[1].name, "cdn.example.net");
  EXPECT_EQ(message->answers[1].address.to_string(), "10.1.2.3");
  EXPECT_EQ(message->answers[1].ttl_seconds, 60U);
  EXPECT_EQ(message->answers[2].address.to_string(), "2001:db8::1");
}

TEST(DnsMessage, APrefixSaysNothingElse) {
  const std::string whole = sample_answer();
  const auto all = read_dns_message(whole);
  ASSERT_TRUE(all);
  for (std::size_t size = 12; size < whole.size(); ++size) {
    const auto part = read_dns_message(whole.substr(0, size));
    ASSERT_TRUE(part) << size;
    EXPECT_TRUE(part->is_cut) << size;
    ASSERT_LE(part->answers.size(), all->answers.size());
    for (std::size_t i = 0; i < part->answers.size(); ++i) {
      EXPECT_EQ(part->answers[i].name, all->answers[i].name);
    }
  }
  EXPECT_FALSE(read_dns_message(whole.substr(0, 11)));
}

TEST(DnsMessage, RefusesPointersThatDoNotGoBack) {
  EXPECT_FALSE(read_dns_message(header(0x0100, 1, 0) + "\xc0\x0c"s + u16(1) + u16(1)));
  EXPECT_FALSE(read_dns_message(header(0x0100, 1, 0) + "\xc0\x20"s + u16(1) + u16(1)));
  // A label, then a pointer to the label: each round would add to the name.
  EXPECT_FALSE(read_dns_message(header(0x0100, 1, 0) +
                                "\x01"
                                "a\xc0\x0c"s +
                                u16(1) + u16(1)));
}

TEST(DnsMessage, RefusesNamesAboveTheirLimits) {
  std::string name;
  for (int i = 0; i < 127; ++i) name += i == 0 ? "a" : ".a";
  EXPECT_TRUE(read_dns_message(header(0x0100, 1, 0) + question(name, 1))) << "255 bytes";
  EXPECT_FALSE(read_dns_message(header(0x0100, 1, 0) + question(name + ".a", 1)));
  EXPECT_FALSE(read_dns_message(header(0x0100, 1, 0) + "\x40"s + std::string(70, 'a')));
}

TEST(DnsMessage, StopsAtItsLimits) {
  std::string bytes = header(0x8180, 0, 300);
  for (int i = 0; i < 300; ++i) bytes += record("\0"s, kDnsA, "\x01\x01\x01\x01");
  const auto message = read_dns_message(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->answers.size(), 256U);
  EXPECT_TRUE(message->is_cut);
  std::string questions = header(0x0100, 20, 0);
  for (int i = 0; i < 20; ++i) questions += question("a.b", 1);
  EXPECT_EQ(read_dns_message(questions)->questions.size(), 16U);
}

TEST(DnsMessage, EscapesWhatWouldBeMistaken) {
  const auto message = read_dns_message(header(0x0100, 1, 0) +
                                        "\x05"
                                        "a.b\n\\"s +
                                        "\0"s + u16(1) + u16(1));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->questions[0].name, "a\\046b\\010\\092");
}

TEST(DnsMessage, TakesTheLengthOfAStreamOrDoesWithout) {
  const std::string plain = sample_answer();
  const std::string framed = u16(static_cast<unsigned>(plain.size())) + plain;
  for (const std::string& bytes : {plain, framed}) {
    const auto message = read_dns_message(bytes, DnsTransport::kStream);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->answers.size(), 3U);
    EXPECT_EQ(message->id, 0x1234);
  }
}

TEST(DnsMessage, RefusesAddressesOfTheWrongSize) {
  EXPECT_FALSE(read_dns_message(header(0x8180, 0, 1) + record("\0"s, kDnsA, "\x01\x01\x01")));
}

TEST(IpAddress, MappedIsTheSameAddress) {
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1"), IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1")->to_string(), "10.0.0.1");
  EXPECT_FALSE(IpAddress::parse("10.0.0"));
  EXPECT_FALSE(IpAddress::from_bytes("abc"));
}

TEST(IpAddress, KnowsPrivateOnes) {
  for (const char* text : {"10.1.1.1", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
                           "127.0.0.1", "::1", "fe80::1", "fd00::1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
  }
  for (const char* text : {"8.8.8.8", "172.32.0.1", "2001:db8::1", "100.128.0.1"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
  }
}

}  // namespace
}  // namespace yagura::sensor
