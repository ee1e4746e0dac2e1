// A cursor over the bytes that knows two ways to stop: the message breaks off (kCut: what was read
// stays) and the message is none (kWrong). Compression pointers (RFC 1035, 4.1.4) must go strictly
// back behind the last one's target, so their number is bounded by the message; the length of what
// they spell is bounded by 255.

#include "sensor/dns/message.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace yagura::sensor {

namespace {

constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxLabelBytes = 63;

enum class Step : std::uint8_t { kDone, kCut, kWrong };

void append_label(std::string& out, std::string_view label) {
  static constexpr char kDigits[] = "0123456789";
  for (const char c : label) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '.' && c != '\\') {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      continue;
    }
    out += '\\';
    out += kDigits[byte / 100];
    out += kDigits[byte / 10 % 10];
    out += kDigits[byte % 10];
  }
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  void move_to(std::size_t at) { at_ = at; }
  [[nodiscard]] bool has(std::size_t count) const { return bytes_.size() - at_ >= count; }

  // Preconditions: has(2), has(4).
  std::uint16_t u16() {
    const auto value = static_cast<std::uint16_t>((byte(at_) << 8) | byte(at_ + 1));
    at_ += 2;
    return value;
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return (high << 16) | u16();
  }
  [[nodiscard]] std::string_view view(std::size_t count) const { return bytes_.substr(at_, count); }

  Step name(std::string& out);

 private:
  [[nodiscard]] unsigned byte(std::size_t at) const {
    return static_cast<unsigned char>(bytes_[at]);
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

// A name that a pointer leads to was written before the name that points: its labels lie between
// the pointer's target and `end`, where the one that points begins.
Step Cursor::name(std::string& out) {
  out.clear();
  std::size_t at = at_;
  std::size_t begin = at_;            // of the run of labels
  std::size_t end = bytes_.size();    // it may not reach further
  std::size_t spelled = 1;            // bytes of the name on the wire, uncompressed
  std::optional<std::size_t> behind;  // of the first pointer
  while (true) {
    const Step too_short = behind ? Step::kWrong : Step::kCut;
    if (at >= end) return too_short;
    const unsigned length = byte(at);
    if ((length & 0xc0) == 0xc0) {
      if (at + 1 >= end) return too_short;
      const std::size_t target = ((length & 0x3f) << 8) | byte(at + 1);
      if (target >= begin) return Step::kWrong;
      if (!behind) behind = at + 2;
      end = begin;
      begin = target;
      at = target;
      continue;
    }
    if (length > kMaxLabelBytes) return Step::kWrong;
    if (length == 0) break;
    spelled += length + 1;
    if (spelled > kMaxNameBytes) return Step::kWrong;
    if (at + 1 + length > end) return too_short;
    if (!out.empty()) out += '.';
    append_label(out, bytes_.substr(at + 1, length));
    at += 1 + length;
  }
  at_ = behind.value_or(at + 1);
  return Step::kDone;
}

Step read_question(Cursor& cursor, DnsQuestion& question) {
  if (const Step step = cursor.name(question.name); step != Step::kDone) return step;
  if (!cursor.has(4)) return Step::kCut;
  question.type = cursor.u16();
  question.dns_class = cursor.u16();
  return Step::kDone;
}

// The data of a record. Precondition: `cursor` stands at it and answer.data_size bytes are there.
Step read_data(Cursor& cursor, DnsAnswer& answer) {
  const std::string_view data = cursor.view(answer.data_size);
  switch (answer.type) {
    case kDnsA:
    case kDnsAaaa: {
      if (data.size() != (answer.type == kDnsA ? 4U : 16U)) return Step::kWrong;
      const auto address = IpAddress::from_bytes(data);
      if (!address) return Step::kWrong;
      answer.address = *address;
      return Step::kDone;
    }
    case kDnsCname:
    case kDnsNs:
    case kDnsPtr: {
      const std::size_t end = cursor.at() + answer.data_size;
      const Step step = cursor.name(answer.target);
      // A name that breaks off or goes on beyond its record is no name: the record is whole.
      return step == Step::kDone && cursor.at() == end ? Step::kDone : Step::kWrong;
    }
    default:
      return Step::kDone;
  }
}

Step read_answer(Cursor& cursor, DnsAnswer& answer) {
  if (const Step step = cursor.name(answer.name); step != Step::kDone) return step;
  if (!cursor.has(10)) return Step::kCut;
  answer.type = cursor.u16();
  answer.dns_class = cursor.u16();
  answer.ttl_seconds = cursor.u32();
  answer.data_size = cursor.u16();
  if (!cursor.has(answer.data_size)) return Step::kCut;
  const std::size_t end = cursor.at() + answer.data_size;
  if (const Step step = read_data(cursor, answer); step != Step::kDone) return step;
  cursor.move_to(end);
  return Step::kDone;
}

// Entries of one section, until `count`, the limit, or the bytes end. False: this is no message.
template <typename Entry, typename Read>
bool read_section(Cursor& cursor, std::uint16_t count, std::uint16_t limit, Read read,
                  std::vector<Entry>& out, bool& is_cut) {
  for (std::uint16_t i = 0; i < count && !is_cut; ++i) {
    if (i >= limit) {
      is_cut = true;
      return true;
    }
    Entry entry;
    switch (read(cursor, entry)) {
      case Step::kDone:
        out.push_back(std::move(entry));
        break;
      case Step::kCut:
        is_cut = true;
        break;
      case Step::kWrong:
        return false;
    }
  }
  return true;
}

Result<DnsMessage> read_message(std::string_view bytes, const DnsLimits& limits) {
  if (bytes.size() < kHeaderBytes) {
    return fail(ErrorCode::kInvalidInput, "shorter than a DNS header");
  }
  Cursor cursor(bytes);
  DnsMessage message;
  message.size = static_cast<std::uint32_t>(bytes.size());
  message.id = cursor.u16();
  const std::uint16_t flags = cursor.u16();
  message.is_answer = (flags & 0x8000) != 0;
  message.opcode = static_cast<std::uint8_t>((flags >> 11) & 0xf);
  message.is_truncated = (flags & 0x0200) != 0;
  message.response_code = static_cast<std::uint8_t>(flags & 0xf);
  const std::uint16_t questions = cursor.u16();
  const std::uint16_t answers = cursor.u16();
  cursor.u32();  // counts of the sections that are not read
  if (!read_section(cursor, questions, limits.max_questions, read_question, message.questions,
                    message.is_cut) ||
      !read_section(cursor, answers, limits.max_answers, read_answer, message.answers,
                    message.is_cut)) {
    return fail(ErrorCode::kInvalidInput, "not a DNS message: a name or a record is malformed");
  }
  return message;
}

}  // namespace

std::string dns_type_name(std::uint16_t type) {
  static constexpr std::pair<std::uint16_t, std::string_view> kNames[] = {
      {kDnsA, "A"},     {kDnsNs, "NS"},     {kDnsCname, "CNAME"}, {kDnsNull, "NULL"},
      {kDnsPtr, "PTR"}, {kDnsMx, "MX"},     {kDnsTxt, "TXT"},     {kDnsAaaa, "AAAA"},
      {kDnsSrv, "SRV"}, {kDnsSvcb, "SVCB"}, {kDnsHttps, "HTTPS"}, {kDnsAny, "ANY"}};
  for (const auto& [number, name] : kNames) {
    if (number == type) return std::string(name);
  }
  return fmt::format("TYPE{}", type);
}

Result<DnsMessage> read_dns_message(std::string_view bytes, DnsTransport transport,
                                    const DnsLimits& limits) {
  if (transport == DnsTransport::kStream && bytes.size() >= 2 + kHeaderBytes) {
    const std::size_t length =
        (static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8) |
        static_cast<unsigned char>(bytes[1]);
    // The two bytes may have been read by a call of their own; then these are the message's id. A
    // message after them that is one decides.
    if (length >= kHeaderBytes) {
      auto framed = read_message(bytes.substr(2, length), limits);
      if (framed && (!framed->questions.empty() || framed->is_answer)) {
        framed->is_cut = framed->is_cut || length > bytes.size() - 2;
        return framed;
      }
    }
  }
  return read_message(bytes, limits);
}

}  // namespace yagura::sensor
