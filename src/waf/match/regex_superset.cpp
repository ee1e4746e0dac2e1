// Each step keeps every match (a superset): the argument stands at the step.

#include "waf/match/internal/regex_superset.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace yagura::waf::regex {

namespace {

constexpr std::uint32_t kMaxCounted = 12;  // repetitions that are still counted

// Texts of the alphabet have no other bytes, so neither has a match.
Node restricted(Node node, const ByteSet& alphabet) {
  switch (node.kind) {
    case Kind::kClass:
      return class_of(node.bytes & alphabet);
    case Kind::kConcat:
      for (Node& child : node.children) {
        child = restricted(std::move(child), alphabet);
        if (is_nothing(child)) return nothing();
      }
      return concat(std::move(node.children));
    case Kind::kAlternate:
      for (Node& child : node.children) child = restricted(std::move(child), alphabet);
      return alternate(std::move(node.children));
    case Kind::kRepeat:
      return repeat(restricted(std::move(node.children.front()), alphabet), node.min, node.max);
    default:
      return node;
  }
}

// x{9,500} is within x{9,}, and x{500} within x{12,}: counting costs states.
Node with_small_counts(Node node) {
  for (Node& child : node.children) child = with_small_counts(std::move(child));
  if (node.kind == Kind::kConcat) return concat(std::move(node.children));
  if (node.kind == Kind::kAlternate) return alternate(std::move(node.children));
  if (node.kind != Kind::kRepeat) return node;
  // A long unit is counted less.
  const std::size_t size = expanded_size(node.children.front());
  const auto most = static_cast<std::uint32_t>(
      size <= 2 ? kMaxCounted : std::max<std::size_t>(2, 2 * kMaxCounted / size));
  const std::uint32_t min = std::min(node.min, most);
  const std::uint32_t max = node.max > most ? kUnlimited : node.max;
  return repeat(std::move(node.children.front()), min, max);
}

// Can it match the empty text whatever stands around it?
bool nullable(const Node& node) {
  switch (node.kind) {
    case Kind::kEmpty:
      return true;
    case Kind::kConcat:
      return std::ranges::all_of(node.children, nullable);
    case Kind::kAlternate:
      return std::ranges::any_of(node.children, nullable);
    case Kind::kRepeat:
      return node.min == 0 || nullable(node.children.front());
    default:
      return false;
  }
}

enum class Side : std::uint8_t { kHead, kTail };

bool is_any_run(const Node& node, const ByteSet& alphabet) {
  return node.kind == Kind::kRepeat && node.min == 0 && node.max == kUnlimited &&
         node.children.front().kind == Kind::kClass &&
         alphabet.is_subset_of(node.children.front().bytes);
}

// `^.*` and `.*$` hold everywhere: the run reaches to the end of the form.
void drop_satisfied_anchor(std::vector<Node>& parts, const ByteSet& alphabet, Side side) {
  while (parts.size() >= 2) {
    const std::size_t anchor = side == Side::kHead ? 0 : parts.size() - 1;
    const std::size_t run = side == Side::kHead ? 1 : parts.size() - 2;
    const Kind wanted = side == Side::kHead ? Kind::kStart : Kind::kEnd;
    if (parts[anchor].kind != wanted || !is_any_run(parts[run], alphabet)) return;
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(std::min(anchor, run)),
                parts.begin() + static_cast<std::ptrdiff_t>(std::max(anchor, run)) + 1);
  }
}

// The match may begin (end) behind (before) a part that can be empty, since any match serves; what
// must be repeated needs no more than its fewest repetitions there.
Node trimmed(Node node, const ByteSet& alphabet, Side side) {
  if (nullable(node)) return {};
  switch (node.kind) {
    case Kind::kConcat: {
      auto& parts = node.children;
      drop_satisfied_anchor(parts, alphabet, side);
      while (!parts.empty()) {
        Node& outer = side == Side::kHead ? parts.front() : parts.back();
        Node rest = trimmed(std::move(outer), alphabet, side);
        if (rest.kind != Kind::kEmpty) {
          outer = std::move(rest);
          break;
        }
        parts.erase(side == Side::kHead ? parts.begin() : parts.end() - 1);
        drop_satisfied_anchor(parts, alphabet, side);
      }
      return concat(std::move(parts));
    }
    case Kind::kAlternate:
      for (Node& child : node.children) {
        child = trimmed(std::move(child), alphabet, side);
        if (child.kind == Kind::kEmpty) return {};
      }
      return alternate(std::move(node.children));
    case Kind::kRepeat:
      if (node.min == 1) return trimmed(std::move(node.children.front()), alphabet, side);
      return repeat(std::move(node.children.front()), node.min, node.min);
    default:
      return node;
  }
}

// An anchor at its own end of the pattern is the line feed that stands there; elsewhere it can hold
// only if what stands beside it is empty, and leaving it out allows that and more.
Node with_anchors_as_bytes(Node node, bool at_head, bool at_tail) {
  static constexpr ByteSet kJoin = ByteSet::of("\n");
  switch (node.kind) {
    case Kind::kStart:
      return at_head ? class_of(kJoin) : Node{};
    case Kind::kEnd:
      return at_tail ? class_of(kJoin) : Node{};
    case Kind::kConcat: {
      auto& parts = node.children;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i] = with_anchors_as_bytes(std::move(parts[i]), at_head && i == 0,
                                         at_tail && i + 1 == parts.size());
      }
      return concat(std::move(parts));
    }
    case Kind::kAlternate:
      for (Node& child : node.children) {
        child = with_anchors_as_bytes(std::move(child), at_head, at_tail);
      }
      return alternate(std::move(node.children));
    case Kind::kRepeat: {
      const bool once = node.max == 1;
      return repeat(
          with_anchors_as_bytes(std::move(node.children.front()), at_head && once, at_tail && once),
          node.min, node.max);
    }
    default:
      return node;
  }
}

// Are both cases of a letter in every set, so that (?i) says it all?
bool is_caseless(const Node& node) {
  if (node.kind == Kind::kClass) return both_cases(node.bytes) == node.bytes;
  return std::ranges::all_of(node.children, is_caseless);
}

// A lone anchor, which holds at an end of every form.
bool holds_everywhere(const Node& node) {
  if (node.kind == Kind::kAlternate) return std::ranges::any_of(node.children, holds_everywhere);
  return node.kind == Kind::kStart || node.kind == Kind::kEnd;
}

void append_byte(std::string& out, unsigned byte) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || byte == ' ' || byte == '_';
  if (plain) {
    out += static_cast<char>(byte);
    return;
  }
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

// The lower-case letter where the set is the two cases of one; 0 otherwise.
unsigned char letter_of(const ByteSet& bytes) {
  for (unsigned letter = 'a'; letter <= 'z'; ++letter) {
    const auto small = static_cast<unsigned char>(letter);
    if (bytes.contains(small)) return small;
  }
  return 0;
}

void append_class(std::string& out, const ByteSet& bytes, bool caseless) {
  const int count = bytes.count();
  if (caseless && count == 2 && letter_of(bytes) != 0) {
    out += static_cast<char>(letter_of(bytes));
    return;
  }
  const bool complement = count > 128;
  if (count != 1) out += complement ? "[^" : "[";
  if (count == 256) {
    out.back() = '\\';  // "[^" becomes "[\x00-\xff"
    out += "x00-\\xff";
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto wanted = [&](unsigned b) {
      return b < 256 && bytes.contains(static_cast<unsigned char>(b)) != complement;
    };
    if (!wanted(byte)) continue;
    unsigned last = byte;
    while (wanted(last + 1)) ++last;
    append_byte(out, byte);
    if (last > byte + 1) out += '-';
    if (last > byte) append_byte(out, last);
    byte = last;
  }
  if (count != 1) out += ']';
}

void append(std::string& out, const Node& node, bool caseless);

void append_grouped(std::string& out, const Node& node, bool caseless) {
  const bool group = node.kind != Kind::kClass;
  if (group) out += "(?:";
  append(out, node, caseless);
  if (group) out += ')';
}

void append_bounds(std::string& out, const Node& node) {
  if (node.min == 0 && node.max == kUnlimited) {
    out += '*';
  } else if (node.min == 1 && node.max == kUnlimited) {
    out += '+';
  } else if (node.min == 0 && node.max == 1) {
    out += '?';
  } else {
    out += '{' + std::to_string(node.min);
    if (node.max == kUnlimited) {
      out += ',';
    } else if (node.max != node.min) {
      out += ',' + std::to_string(node.max);
    }
    out += '}';
  }
}

void append(std::string& out, const Node& node, bool caseless) {
  switch (node.kind) {
    case Kind::kClass:
      append_class(out, node.bytes, caseless);
      break;
    case Kind::kConcat:
      for (const Node& child : node.children) {
        if (child.kind == Kind::kAlternate) {
          append_grouped(out, child, caseless);
        } else {
          append(out, child, caseless);
        }
      }
      break;
    case Kind::kAlternate:
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0) out += '|';
        append(out, node.children[i], caseless);
      }
      break;
    case Kind::kRepeat:
      append_grouped(out, node.children.front(), caseless);
      append_bounds(out, node);
      break;
    case Kind::kWordBoundary:
      out += "\\b";
      break;
    case Kind::kNotWordBoundary:
      out += "\\B";
      break;
    case Kind::kEmpty:
    case Kind::kStart:
    case Kind::kEnd:
      break;
  }
}

}  // namespace

Node core_of(Node node, const ByteSet& alphabet) {
  node = with_small_counts(restricted(std::move(node), alphabet));
  for (const Side side : {Side::kHead, Side::kTail}) {
    node = trimmed(std::move(node), alphabet, side);
  }
  if (holds_everywhere(node)) return {};
  node = with_anchors_as_bytes(std::move(node), true, true);
  // Anchors that vanished may leave new parts that can be empty.
  for (const Side side : {Side::kHead, Side::kTail}) {
    node = trimmed(std::move(node), alphabet, side);
  }
  return node;
}

std::string to_expression(const Node& node) {
  const bool caseless = is_caseless(node);
  std::string out = caseless ? "(?i)" : "";
  append(out, node, caseless);
  return out;
}

}  // namespace yagura::waf::regex
