#include "waf/match/testing/random_match.hpp"

#include <algorithm>
#include <string_view>

namespace yagura::waf::testing {

namespace {

using regex::Kind;
using regex::Node;

unsigned char random_byte(const ByteSet& bytes, Random& random) {
  // Mostly something usual, so that neighbouring parts can meet.
  static constexpr std::string_view kUsual = "a0 _-/.A=('\"\n<;";
  if (random() % 4 != 0) {
    const std::size_t start = random() % kUsual.size();
    for (std::size_t i = 0; i < kUsual.size(); ++i) {
      const auto byte = static_cast<unsigned char>(kUsual[(start + i) % kUsual.size()]);
      if (bytes.contains(byte)) return byte;
    }
  }
  const unsigned start = random() % 256;
  for (unsigned i = 0; i < 256; ++i) {
    const auto byte = static_cast<unsigned char>((start + i) % 256);
    if (bytes.contains(byte)) return byte;
  }
  return 'x';
}

void append(std::string& out, const Node& node, Random& random) {
  if (out.size() > kTextLimit) return;
  switch (node.kind) {
    case Kind::kClass:
      out += static_cast<char>(random_byte(node.bytes, random));
      break;
    case Kind::kConcat:
      for (const Node& child : node.children) append(out, child, random);
      break;
    case Kind::kAlternate:
      append(out, node.children[random() % node.children.size()], random);
      break;
    case Kind::kRepeat: {
      const std::uint32_t room = std::min<std::uint32_t>(node.max - node.min, 3);
      const std::uint32_t times = node.min + static_cast<std::uint32_t>(random() % (room + 1));
      for (std::uint32_t i = 0; i < times; ++i) append(out, node.children.front(), random);
      break;
    }
    default:
      break;
  }
}

}  // namespace

std::string random_match(const Node& node, Random& random) {
  std::string out;
  append(out, node, random);
  return out;
}

std::string mutated(std::string text, Random& random) {
  if (random() % 5 == 0) {
    for (char& c : text) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letter && random() % 2 == 0) c = static_cast<char>(c ^ 0x20);
    }
    return text;
  }
  for (auto changes = random() % 3 + 1; changes > 0 && !text.empty(); --changes) {
    const std::size_t at = random() % text.size();
    switch (random() % 3) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, 1, text[at]);
    }
  }
  return text;
}

}  // namespace yagura::waf::testing
