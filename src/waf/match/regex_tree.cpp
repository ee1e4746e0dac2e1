#include "waf/match/internal/regex_tree.hpp"

#include <algorithm>
#include <utility>

namespace yagura::waf::regex {

namespace {

constexpr std::size_t kHuge = std::size_t{1} << 40;

std::size_t saturating_product(std::size_t a, std::size_t b) {
  if (a == 0 || b == 0) return 0;
  return a > kHuge / b ? kHuge : a * b;
}

std::size_t saturating_sum(std::size_t a, std::size_t b) { return std::min(a + b, kHuge); }

}  // namespace

Node class_of(const ByteSet& bytes) { return {.kind = Kind::kClass, .bytes = bytes}; }

Node nothing() { return class_of(ByteSet{}); }

bool is_nothing(const Node& node) { return node.kind == Kind::kClass && node.bytes.empty(); }

Node any_text() { return repeat(class_of(ByteSet::all()), 0, kUnlimited); }

Node concat(std::vector<Node> children) {
  std::vector<Node> flat;
  flat.reserve(children.size());
  for (Node& child : children) {
    if (is_nothing(child)) return nothing();
    if (child.kind == Kind::kEmpty) continue;
    if (child.kind == Kind::kConcat) {
      std::ranges::move(child.children, std::back_inserter(flat));
    } else {
      flat.push_back(std::move(child));
    }
  }
  if (flat.empty()) return {};
  if (flat.size() == 1) return std::move(flat.front());
  return {.kind = Kind::kConcat, .children = std::move(flat)};
}

Node alternate(std::vector<Node> children) {
  std::vector<Node> flat;
  flat.reserve(children.size());
  ByteSet single;  // branches of one byte are one set
  bool has_empty = false;
  const auto take = [&](Node& child) {
    if (child.kind == Kind::kEmpty) {
      has_empty = true;
    } else if (child.kind == Kind::kClass) {
      single |= child.bytes;
    } else {
      flat.push_back(std::move(child));
    }
  };
  for (Node& child : children) {
    if (child.kind == Kind::kAlternate) {
      std::ranges::for_each(child.children, take);
    } else {
      take(child);
    }
  }
  if (!single.empty()) flat.push_back(class_of(single));
  if (flat.empty()) return has_empty ? Node{} : nothing();
  Node all = flat.size() == 1 ? std::move(flat.front())
                              : Node{.kind = Kind::kAlternate, .children = std::move(flat)};
  return has_empty ? repeat(std::move(all), 0, 1) : all;
}

Node repeat(Node child, std::uint32_t min, std::uint32_t max) {
  if (max == 0 || child.kind == Kind::kEmpty) return {};
  if (is_nothing(child)) return min == 0 ? Node{} : nothing();
  if (min == 1 && max == 1) return child;
  // (x?)*, (x*)?, (x+)* and the like
  const bool simple = child.kind == Kind::kRepeat && child.min <= 1;
  if (simple && min <= 1 && (max == kUnlimited || max == 1)) {
    const bool unlimited = max == kUnlimited || child.max == kUnlimited;
    if (unlimited || child.max == 1) {
      child.min = child.min * min;
      child.max = unlimited ? kUnlimited : 1;
      return child;
    }
  }
  Node node{.kind = Kind::kRepeat, .min = min, .max = max};
  node.children.push_back(std::move(child));
  return node;
}

ByteSet both_cases(ByteSet bytes) {
  for (unsigned upper = 'A'; upper <= 'Z'; ++upper) {
    const auto big = static_cast<unsigned char>(upper);
    const auto small = static_cast<unsigned char>(upper + 32);
    if (bytes.contains(big)) bytes.add(small);
    if (bytes.contains(small)) bytes.add(big);
  }
  return bytes;
}

std::size_t min_length(const Node& node) {
  switch (node.kind) {
    case Kind::kClass:
      return 1;
    case Kind::kConcat: {
      std::size_t sum = 0;
      for (const Node& child : node.children) sum = saturating_sum(sum, min_length(child));
      return sum;
    }
    case Kind::kAlternate: {
      std::size_t least = kHuge;
      for (const Node& child : node.children) least = std::min(least, min_length(child));
      return least;
    }
    case Kind::kRepeat:
      return saturating_product(node.min, min_length(node.children.front()));
    default:
      return 0;
  }
}

std::size_t expanded_size(const Node& node) {
  switch (node.kind) {
    case Kind::kRepeat: {
      const std::uint32_t times = node.max == kUnlimited ? std::max(node.min, 1U) : node.max;
      return saturating_product(times, expanded_size(node.children.front()));
    }
    case Kind::kConcat:
    case Kind::kAlternate: {
      std::size_t sum = 0;
      for (const Node& child : node.children) sum = saturating_sum(sum, expanded_size(child));
      return sum;
    }
    default:
      return 1;
  }
}

}  // namespace yagura::waf::regex
