// application/x-www-form-urlencoded (WHATWG URL, section 5.1), split as ModSecurity 3 splits it: an
// empty pair between two separators is an argument without a name, a last empty pair is none.
// One pass finds separators, equal signs and encoded bytes, 64 bytes a step; a name or value in
// which nothing is encoded is a view of the text.

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstdint>

#include "waf/body/internal/byte_scan.hpp"
#include "waf/body/internal/readers.hpp"

namespace yagura::waf {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

constexpr std::array<std::int8_t, 256> make_hex_digits() {
  std::array<std::int8_t, 256> digits{};
  for (auto& digit : digits) digit = -1;
  for (std::size_t i = 0; i < 10; ++i) digits['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) {
    digits['a' + i] = static_cast<std::int8_t>(10 + i);
    digits['A' + i] = static_cast<std::int8_t>(10 + i);
  }
  return digits;
}
constexpr auto kHexDigit = make_hex_digits();

int hex_digit(char byte) { return kHexDigit[static_cast<unsigned char>(byte)]; }

// '+' is a space, %xy a byte; a '%' before anything else stays and sets `invalid`.
std::string_view decode(std::string_view text, core::Arena& arena, bool& invalid) {
  char* const begin = static_cast<char*>(arena.allocate(text.size(), 1));
  char* to = begin;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char byte = *at++;
    if (byte == '+') {
      *to++ = ' ';
    } else if (byte != '%') {
      *to++ = byte;
    } else if (end - at >= 2 && hex_digit(at[0]) >= 0 && hex_digit(at[1]) >= 0) {
      *to++ = static_cast<char>(hex_digit(at[0]) * 16 + hex_digit(at[1]));
      at += 2;
    } else {
      invalid = true;
      *to++ = '%';
    }
  }
  return {begin, static_cast<std::size_t>(to - begin)};
}

// A pair while it is read: offsets in the text.
struct Pair {
  std::size_t begin = 0;
  std::size_t equals = kNone;
  bool encoded_name = false, encoded_value = false;
};

class Splitter {
 public:
  Splitter(std::string_view text, std::uint32_t offset, const BodyLimits& limits,
           core::Arena& arena, ParsedBody& out)
      : text_(text), offset_(offset), limits_(limits), arena_(arena), out_(out) {}

  // False: more arguments than the limit. The rest was left out.
  bool split() {
    const char separator = limits_.argument_separator;
    for (std::size_t base = 0; base < text_.size(); base += 64) {
      std::uint64_t mask = internal::match_mask_of(text_.data() + base, text_.size() - base,
                                                   separator, '=', '%', '+');
      for (; mask != 0; mask &= mask - 1) {
        const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(mask));
        if (text_[at] == separator) {
          if (!add_pair(at)) return false;
          pair_ = {.begin = at + 1};
        } else if (text_[at] == '=') {
          if (pair_.equals == kNone) pair_.equals = at;
        } else {
          (pair_.equals == kNone ? pair_.encoded_name : pair_.encoded_value) = true;
        }
      }
    }
    return pair_.begin == text_.size() || add_pair(text_.size());
  }

 private:
  bool add_pair(std::size_t end) {
    if (out_.arguments.size() >= limits_.max_arguments) return false;
    const std::size_t name_end = pair_.equals == kNone ? end : pair_.equals;
    const std::size_t value_begin = pair_.equals == kNone ? end : pair_.equals + 1;
    std::string_view name = text_.substr(pair_.begin, name_end - pair_.begin);
    std::string_view value = text_.substr(value_begin, end - value_begin);
    if (pair_.encoded_name) name = decode(name, arena_, out_.urlencoded_error);
    if (pair_.encoded_value) value = decode(value, arena_, out_.urlencoded_error);
    out_.arguments.push_back({.name = name,
                              .value = value,
                              .offset = offset_ + static_cast<std::uint32_t>(value_begin)});
    return true;
  }

  std::string_view text_;
  std::uint32_t offset_;
  const BodyLimits& limits_;
  core::Arena& arena_;
  ParsedBody& out_;
  Pair pair_;
};

std::string too_many_arguments(const BodyLimits& limits) {
  return fmt::format("More than {} arguments: the rest was not read.", limits.max_arguments);
}

// Complete pairs are copied to the arena and split as they come; the begun one waits in pending_.
class UrlEncodedReader final : public internal::CollectingReader {
 public:
  using CollectingReader::CollectingReader;

  bool feed(std::string_view chunk) override {
    if (failed() || !take_bytes(chunk.size())) return false;
    const std::size_t last = chunk.rfind(limits_.argument_separator);
    if (last == std::string_view::npos) {
      pending_.append(chunk);
      return true;
    }
    const std::size_t first = pending_.empty() ? 0 : chunk.find(limits_.argument_separator) + 1;
    pending_.append(chunk.substr(0, first));
    if (!split(pending_) || !split(chunk.substr(first, last + 1 - first))) return false;
    pending_.assign(chunk.substr(last + 1));
    return true;
  }

 private:
  void end(BodyEnd end) override {
    if (failed()) return;
    if (end == BodyEnd::kCut) drop_half_escape();
    split(pending_);
  }

  // '%' or "%4" where the cut was: no fault of the body's.
  void drop_half_escape() {
    const std::size_t at = pending_.rfind('%');
    if (at == std::string::npos || pending_.size() - at > 2) return;
    if (at + 1 == pending_.size() || hex_digit(pending_.back()) >= 0) pending_.resize(at);
  }

  bool split(std::string_view pairs) {
    if (Splitter(arena_.copy(pairs), offset_, limits_, arena_, result_).split()) {
      offset_ += static_cast<std::uint32_t>(pairs.size());
      return true;
    }
    set_limit_reached(too_many_arguments(limits_));
    return false;
  }

  std::string pending_;
  std::uint32_t offset_ = 0;  // of what is split next
};

}  // namespace

void read_urlencoded(std::string_view text, const BodyLimits& limits, core::Arena& arena,
                     ParsedBody& out) {
  if (Splitter(text, 0, limits, arena, out).split()) return;
  ++out.limits_reached;
  if (out.error.empty()) out.error = arena.copy(too_many_arguments(limits));
}

std::unique_ptr<BodyReader> internal::make_urlencoded_reader(const BodyLimits& limits,
                                                             core::Arena& arena) {
  return std::make_unique<UrlEncodedReader>(limits, arena);
}

}  // namespace yagura::waf
