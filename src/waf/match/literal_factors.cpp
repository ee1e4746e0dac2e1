// Bottom up, as RE2's prefilter does it: each node has either the exact set of texts that it
// matches, while that is small, or the best set of texts of which every match contains one.

#include "waf/match/internal/literal_factors.hpp"

#include <algorithm>
#include <utility>

namespace yagura::waf::regex {

namespace {

using Text = std::vector<ByteSet>;
using Texts = std::vector<Text>;

constexpr std::size_t kMaxExact = 96;       // texts of an exact set
constexpr std::size_t kMaxRequired = 3000;  // texts of a required one
constexpr std::size_t kMaxLength = 8;       // more of a word tells nothing new
constexpr std::size_t kMaxClass = 12;  // bytes of a class that is written out, both cases as one
constexpr double kRare = 0.02;         // how often, for a byte of ordinary text, a match may begin

// frequency() counts texts that hold a byte; in proportion to this it says how likely the next byte
// is one of a set.
const double kAllBytes = frequency(ByteSet::all());

struct Info {
  bool exact = false;
  Texts texts;      // all that the node matches (exact), or what every match contains one of
  bool any = true;  // not exact, and nothing is known
};

Info unknown() { return {}; }
Info exactly(Texts texts) { return {.exact = true, .texts = std::move(texts), .any = false}; }

// How often a byte of ordinary text begins one of the texts.
double expected(const Texts& texts) {
  double sum = 0;
  for (const Text& text : texts) {
    double product = 1;
    for (const ByteSet& byte : text) product *= (frequency(byte) + 0.5) / kAllBytes;
    sum += product;
  }
  return sum;
}

// The better of two required sets: the rarer.
Info better(Info a, Info b) {
  if (a.any) return b;
  if (b.any) return a;
  return expected(b.texts) < expected(a.texts) ? b : a;
}

// An exact set as a required one. A text that may be empty requires nothing, and a byte alone is
// what gates are for.
Info required(Info info) {
  if (!info.exact) return info;
  const bool too_short =
      std::ranges::any_of(info.texts, [](const Text& text) { return text.size() < 2; });
  if (too_short || info.texts.empty()) return unknown();
  info.exact = false;
  return info;
}

bool same_letter(const ByteSet& set) { return set.count() <= 2 && both_cases(set).count() <= 2; }

// The bytes of a class, both cases of a letter together where the class has both.
Info of_class(const ByteSet& bytes) {
  if (bytes.empty()) return exactly({});
  Texts texts;
  ByteSet done;
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<unsigned char>(value);
    if (!bytes.contains(byte) || done.contains(byte)) continue;
    ByteSet one;
    one.add(byte);
    const ByteSet both = both_cases(one) & bytes;
    done |= both;
    texts.push_back({same_letter(both) ? both : one});
    if (texts.size() > kMaxClass) return unknown();
  }
  return exactly(std::move(texts));
}

Texts product(const Texts& heads, const Texts& tails) {
  Texts out;
  for (const Text& head : heads) {
    for (const Text& tail : tails) {
      Text text = head;
      text.insert(text.end(), tail.begin(), tail.end());
      out.push_back(std::move(text));
    }
  }
  return out;
}

std::size_t longest(const Texts& texts) {
  std::size_t length = 0;
  for (const Text& text : texts) length = std::max(length, text.size());
  return length;
}

Info info_of(const Node& node);

// The texts cut to their last (or first) `length` bytes, each once.
Texts ends_of(const Texts& texts, std::size_t length, bool last) {
  Texts out;
  for (const Text& text : texts) {
    const auto size = static_cast<std::ptrdiff_t>(std::min(length, text.size()));
    Text part =
        last ? Text(text.end() - size, text.end()) : Text(text.begin(), text.begin() + size);
    if (std::ranges::find(out, part) == out.end()) out.push_back(std::move(part));
  }
  return out;
}

// Follows a sequence. Exact sets are joined as long as they stay small; where they don't, the ends
// that meet there are joined. All these sets compete.
class Sequence {
 public:
  void add(const Info& info) {
    if (info.exact && info.texts.empty()) {  // matches nothing
      nothing_ = true;
    } else if (!info.exact) {
      end_run();
      best_ = better(std::move(best_), info);
    } else if (fits(run_, info.texts)) {
      run_ = product(run_, info.texts);
    } else {
      add_seam(info.texts);
      end_run();
      run_ = info.texts;
    }
  }

  // Anything may stand here.
  void end_run() {
    whole_ = false;
    best_ = better(std::move(best_), required(exactly(std::move(run_))));
    run_ = {Text{}};
  }

  [[nodiscard]] Info result() && {
    if (nothing_) return exactly({});
    if (whole_) return exactly(std::move(run_));
    return better(std::move(best_), required(exactly(std::move(run_))));
  }

 private:
  Info best_ = unknown();
  Texts run_ = {Text{}};
  bool whole_ = true;  // the run covers all so far
  bool nothing_ = false;

  static bool fits(const Texts& heads, const Texts& tails) {
    return heads.size() * tails.size() <= kMaxExact &&
           longest(heads) + longest(tails) <= kMaxLength;
  }

  void add_seam(const Texts& tails) {
    for (std::size_t length = kMaxLength / 2; length > 0; --length) {
      const Texts left = ends_of(run_, length, true);
      const Texts right = ends_of(tails, length, false);
      if (!fits(left, right)) continue;
      best_ = better(std::move(best_), required(exactly(product(left, right))));
      return;
    }
  }
};

// What a repetition is made of: the copies that there must be, then others, of which the last one
// stands before what follows.
void add_repeat(Sequence& sequence, const Node& node) {
  const Info once = info_of(node.children.front());
  const std::size_t copies = std::min<std::size_t>(node.min, kMaxLength);
  for (std::size_t i = 0; i < copies; ++i) sequence.add(once);
  if (node.max == copies) return;
  if (node.max - copies == 1 && once.exact && once.texts.size() < kMaxExact) {
    Info maybe = once;
    maybe.texts.push_back({});
    sequence.add(maybe);
    return;
  }
  sequence.end_run();
  if (copies > 0) sequence.add(once);
}

Info of_concat(const Node& node) {
  Sequence sequence;
  for (const Node& child : node.children) {
    if (child.kind == Kind::kRepeat) {
      add_repeat(sequence, child);
    } else {
      sequence.add(info_of(child));
    }
  }
  return std::move(sequence).result();
}

Info of_repeat(const Node& node) {
  Sequence sequence;
  add_repeat(sequence, node);
  return std::move(sequence).result();
}

Info of_choice(const Node& node) {
  std::vector<Info> infos;
  bool exact = true;
  std::size_t count = 0;
  for (const Node& child : node.children) {
    infos.push_back(info_of(child));
    exact = exact && infos.back().exact;
    count += infos.back().texts.size();
  }
  exact = exact && count <= kMaxExact;
  Info all = exact ? exactly({}) : Info{.exact = false, .texts = {}, .any = false};
  for (Info& info : infos) {
    if (!exact) info = required(std::move(info));
    if (info.any) return unknown();
    std::ranges::move(info.texts, std::back_inserter(all.texts));
    if (all.texts.size() > kMaxRequired) return unknown();
  }
  return all;
}

Info info_of(const Node& node) {
  switch (node.kind) {
    case Kind::kClass:
      return of_class(node.bytes);
    case Kind::kConcat:
      return of_concat(node);
    case Kind::kAlternate:
      return of_choice(node);
    case Kind::kRepeat:
      return of_repeat(node);
    case Kind::kEmpty:
    case Kind::kStart:
    case Kind::kEnd:
    case Kind::kWordBoundary:
    case Kind::kNotWordBoundary:
      return exactly({Text{}});
  }
  return unknown();
}

}  // namespace

std::optional<std::vector<Literal>> literal_factors(const Node& node) {
  Info info = required(info_of(node));
  if (info.any || expected(info.texts) > kRare) return std::nullopt;
  std::vector<Literal> literals;
  for (Text& text : info.texts) {
    literals.push_back({.bytes = std::move(text)});
  }
  return literals;
}

}  // namespace yagura::waf::regex
