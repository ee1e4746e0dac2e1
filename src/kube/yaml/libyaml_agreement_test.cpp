// Two readings of the same text, ours and libyaml's, over made-up soup of everything that means
// something in YAML. What both take must mean the same.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "kube/yaml/testing/libyaml_reference.hpp"
#include "kube/yaml/testing/read_text.hpp"
#include "kube/yaml/yaml_reader.hpp"

namespace yagura::kube::yaml {
namespace {

// The same sequence everywhere, unlike the standard's distributions.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state_ >> 33) % limit;
  }

 private:
  std::uint64_t state_;
};

constexpr auto kTokens = std::to_array<std::string_view>(
    {"a",     "b: ",   "- ",   "\n", "\n",   "\n ",  " ",    "  ",      "\n  ",   "\n    ", "x",
     "'",     "\"",    "[",    "]",  "{",    "}",    ", ",   ": ",      ":",      "? ",     "# c",
     "|",     "> ",    "&a ",  "*a", "|-\n", "12",   "e f",  "\n\n",    "\t",     "-",      "#",
     "...\n", "---\n", "--- ", "!",  "%",    "@",    "k: v", "\n- ",    "\n  - ", "''",     "\"\"",
     "|+",    "1: ",   "\r\n", "\\", "\\n",  "\\\n", " :",   "\xC3\xA9"});

std::string soup(Dice& dice) {
  std::string text;
  for (std::size_t left = 1 + dice.below(14); left > 0; --left)
    text += kTokens[dice.below(kTokens.size())];
  return text;
}

// Whether both took the text; checks that they mean the same then.
bool agree(const std::string& text) {
  const ReferenceReading reference = read_with_libyaml(text);
  if (!reference.accepted || !reference.comparable) return false;
  const Source source("soup", text, SourceFormat::kYaml);
  Diagnostics diagnostics;
  const ReadLimits limits{};
  const std::vector<YamlDocument> ours =
      read({.source = source, .diagnostics = diagnostics, .limits = limits});
  if (diagnostics.has_errors()) return false;
  EXPECT_EQ(ours.size(), reference.documents.size()) << text;
  if (ours.size() != reference.documents.size()) return true;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_TRUE(equal(*ours[i].root, reference.documents[i]))
        << text << "\nours:    " << to_json(*ours[i].root)
        << "\nlibyaml: " << to_json(reference.documents[i]);
  }
  return true;
}

TEST(YamlAgreement, SoupMeansTheSameToLibyaml) {
  Dice dice(1);
  int compared = 0;
  for (int i = 0; i < 40'000; ++i) compared += agree(soup(dice)) ? 1 : 0;
  EXPECT_GT(compared, 5'000) << "most of the soup must be edible, or nothing was tested";
}

// Trees written as YAML in styles chosen at random, with their meaning known.
class Writer {
 public:
  explicit Writer(Dice& dice) : dice_(dice) {}

  std::string document() {
    out_.clear();
    block(0, 0);
    return out_;
  }

 private:
  void block(int indent, int depth) {
    const std::size_t kind = depth > 4 ? 2 : dice_.below(4);
    if (kind == 0) return list(indent, depth);
    if (kind == 1 || depth == 0) return map(indent, depth);
    out_ += ' ';
    scalar(indent);
  }

  void start_line(int indent) {
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
    if (dice_.below(6) == 0) out_ += std::string(dice_.below(9), ' ') + "# comment\n";
    if (dice_.below(9) == 0) out_ += '\n';
    out_.append(static_cast<std::size_t>(indent), ' ');
  }

  void list(int indent, int depth) {
    for (std::size_t left = 1 + dice_.below(3); left > 0; --left) {
      start_line(indent);
      out_ += '-';
      block(indent + 1 + static_cast<int>(dice_.below(3)), depth + 1);
    }
  }

  void map(int indent, int depth) {
    for (std::size_t left = 1 + dice_.below(4); left > 0; --left) {
      start_line(indent);
      out_ += dice_.below(5) == 0 ? "\"key " : "key";
      out_ += std::to_string(left);
      if (out_[out_.size() - 2] == ' ') out_ += '"';
      out_ += ':';
      block(indent + 1 + static_cast<int>(dice_.below(3)), depth + 1);
    }
  }

  void scalar(int indent) {
    static constexpr auto kScalars = std::to_array<std::string_view>(
        {"text", "two words", "'it''s'", "\"a\\tb\\\\\"", "12", "-3.5", "true", "null", "",
         "[a, {b: c}, 'd']", "{}", "[]", "{a: [1, 2], \"b\":3}", "http://x/y#z", "a: b"});
    const std::size_t choice = dice_.below(kScalars.size() + 3);
    if (choice < kScalars.size() - 1) {
      out_ += kScalars[choice];
    } else if (choice == kScalars.size()) {
      out_ += "|\n" + std::string(static_cast<std::size_t>(indent) + 1, ' ') + "literal: text\n\n" +
              std::string(static_cast<std::size_t>(indent) + 1, ' ') + "- more\n";
    } else if (choice == kScalars.size() + 1) {
      out_ += ">-\n" + std::string(static_cast<std::size_t>(indent) + 1, ' ') + "folded\n" +
              std::string(static_cast<std::size_t>(indent) + 1, ' ') + "text\n";
    } else {
      out_ += "plain\n" + std::string(static_cast<std::size_t>(indent) + 2, ' ') + "goes on";
    }
    if (out_.back() != '\n' && dice_.below(5) == 0) out_ += "  # why";
  }

  Dice& dice_;
  std::string out_;
};

TEST(YamlAgreement, WellFormedTreesAreAllReadAlike) {
  Dice dice(2);
  Writer writer(dice);
  int compared = 0;
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = writer.document();
    if (!read_with_libyaml(text).accepted) continue;
    EXPECT_FALSE(read_text(text).diagnostics.has_errors()) << text << "\n"
                                                           << read_text(text).text();
    compared += agree(text) ? 1 : 0;
  }
  EXPECT_GT(compared, 4'000);
}

}  // namespace
}  // namespace yagura::kube::yaml
