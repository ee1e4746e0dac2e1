#pragma once

// Reads a DNS message (RFC 1035, 4) as far as watching needs it: header, questions, and the answer
// section's names and addresses. Whose bytes: a process's or a name server's, perhaps cut by the
// kernel's limit (YGR_MAX_DATA), so what is there of a cut message is still given.
//
// Linear: every name costs at most kMaxNameBytes steps whatever its pointers do.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/dns/ip_address.hpp"

namespace yagura::sensor {

// Types of resource records (IANA "DNS Parameters") that something here asks for.
enum DnsType : std::uint16_t {
  kDnsA = 1,
  kDnsNs = 2,
  kDnsCname = 5,
  kDnsNull = 10,
  kDnsPtr = 12,
  kDnsMx = 15,
  kDnsTxt = 16,
  kDnsAaaa = 28,
  kDnsSrv = 33,
  kDnsSvcb = 64,
  kDnsHttps = 65,
  kDnsAny = 255,
};

// "A", "TXT"; "TYPE4711" for those without a name here (RFC 3597, 5).
[[nodiscard]] std::string dns_type_name(std::uint16_t type);

struct DnsLimits {
  std::uint16_t max_questions = 16;
  std::uint16_t max_answers = 256;
};

// Names are in lower case, labels parted by dots, without a dot at the end ("" is the root); a byte
// that is no printable ASCII, a dot within a label and a backslash are written \DDD (RFC 1035,
// 5.1).
struct DnsQuestion {
  std::string name;
  std::uint16_t type = 0;
  std::uint16_t dns_class = 0;
};

struct DnsAnswer {
  std::string name;  // whose record it is
  std::uint16_t type = 0;
  std::uint16_t dns_class = 0;
  std::uint32_t ttl_seconds = 0;
  std::uint16_t data_size = 0;  // of the record's data, bytes
  IpAddress address;            // kDnsA, kDnsAaaa
  std::string target;           // kDnsCname, kDnsNs, kDnsPtr: the name it points to
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool is_answer = false;     // QR
  bool is_truncated = false;  // TC: the sender says that there is more
  bool is_cut = false;        // the bytes end, or a limit was reached, before what the header says
  std::uint8_t opcode = 0;
  std::uint8_t response_code = 0;
  std::uint32_t size = 0;  // bytes that were there, without a length in front
  std::vector<DnsQuestion> questions;
  std::vector<DnsAnswer> answers;  // the answer section alone
};

enum class DnsTransport : std::uint8_t {
  kDatagram,
  kStream,  // two bytes of length stand in front (RFC 1035, 4.2.2), unless they were read apart
};

// Errors: fewer than 12 bytes, a name that is none (a label above 63, above 255 bytes, a pointer
// that does not go back), more questions than the limit where nothing else is there. A message that
// breaks off is no error: see is_cut.
[[nodiscard]] Result<DnsMessage> read_dns_message(std::string_view bytes,
                                                  DnsTransport transport = DnsTransport::kDatagram,
                                                  const DnsLimits& limits = {});

}  // namespace yagura::sensor
