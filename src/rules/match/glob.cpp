// A glob's tree as a regular expression of bytes for RE2.

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "rules/match/glob_tree.hpp"
#include "rules/match/pattern.hpp"

namespace yagura::rules {

namespace {

void append_byte(std::string& out, std::size_t byte) {
  const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                        (byte >= 'A' && byte <= 'Z') || byte == '/';
  if (is_plain) {
    out += static_cast<char>(byte);
  } else {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
  }
}

void append_set(std::string& out, const ByteSet& bytes) {
  if (bytes.all()) {
    out += '.';
    return;
  }
  const bool is_one = bytes.count() == 1;
  if (!is_one) out += '[';
  for (std::size_t first = 0; first < bytes.size(); ++first) {
    if (!bytes[first]) continue;
    std::size_t last = first;
    while (last + 1 < bytes.size() && bytes[last + 1]) ++last;
    append_byte(out, first);
    if (last > first) {
      out += '-';
      append_byte(out, last);
    }
    first = last;
  }
  if (!is_one) out += ']';
}

void append_sequence(std::string& out, const GlobSequence& sequence);

void append_group(std::string& out, const GlobPart& group) {
  out += "(?:";
  for (const GlobSequence& alternative : group.alternatives) {
    if (&alternative != group.alternatives.data()) out += '|';
    append_sequence(out, alternative);
  }
  out += ')';
  if (group.repeat != '@') out += group.repeat;
}

// Depth is bounded by the number of groups.
void append_sequence(std::string& out, const GlobSequence& sequence) {
  for (const GlobPart& part : sequence) {
    switch (part.kind) {
      case GlobPart::Kind::kByte:
        append_set(out, part.bytes);
        break;
      case GlobPart::Kind::kAnything:
        out += ".*";
        break;
      case GlobPart::Kind::kGroup:
        append_group(out, part);
        break;
    }
  }
}

}  // namespace

std::string glob_to_regex(const GlobTree& tree) {
  std::string out;
  append_sequence(out, tree.sequence);
  return out;
}

}  // namespace yagura::rules
