// DNS messages: names stay within their limits, a prefix of a message says nothing that the message
// does not, and what is learned from one is bounded.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "sensor/dns/domain_names.hpp"
#include "sensor/dns/message.hpp"

namespace {

using yagura::sensor::DnsMessage;

void check_name(std::string_view name) {
  YAGURA_CHECK(name.size() <= 4 * 255, "a name of 255 bytes, each escaped");
  for (const char c : name) {
    YAGURA_CHECK(c > 0x20 && c < 0x7f, "printable");
    YAGURA_CHECK(c < 'A' || c > 'Z', "lower case");
  }
}

void check_prefix(const DnsMessage& part, const DnsMessage& whole) {
  YAGURA_CHECK(part.questions.size() <= whole.questions.size(), "no question of its own");
  for (std::size_t i = 0; i < part.questions.size(); ++i) {
    YAGURA_CHECK(part.questions[i].name == whole.questions[i].name, "the same question");
  }
  YAGURA_CHECK(part.answers.size() <= whole.answers.size(), "no answer of its own");
  for (std::size_t i = 0; i < part.answers.size(); ++i) {
    YAGURA_CHECK(part.answers[i].name == whole.answers[i].name, "the same owner");
    YAGURA_CHECK(part.answers[i].address == whole.answers[i].address, "the same address");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::sensor;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto transport : {DnsTransport::kDatagram, DnsTransport::kStream}) {
    const auto message = read_dns_message(bytes, transport);
    if (!message) continue;
    YAGURA_CHECK(message->questions.size() <= 16 && message->answers.size() <= 256, "limits");
    for (const auto& question : message->questions) check_name(question.name);
    for (const auto& answer : message->answers) {
      check_name(answer.name);
      check_name(answer.target);
    }
    DomainNames names({.max_addresses_per_scope = 8, .max_addresses = 16});
    names.learn(1, *message, 1);
    YAGURA_CHECK(names.addresses() <= 16, "bounded");
  }
  if (const auto whole = read_dns_message(bytes); whole && size > 12) {
    const auto part = read_dns_message(bytes.substr(0, size - 1));
    YAGURA_CHECK(part.has_value(), "a message that breaks off is one");
    check_prefix(*part, *whole);
  }
  return 0;
}
