#pragma once

// Classes of bytes, as YAML 1.2.2 chapter 5 sorts them. Internal to src/kube/yaml.

#include <array>
#include <cstdint>

namespace yagura::kube::yaml {

enum CharClass : std::uint8_t {
  kBlank = 1,          // space, tab
  kBreak = 2,          // line feed, carriage return
  kFlowIndicator = 4,  // , [ ] { }
  kEnd = 8,            // NUL: stands behind the text and never in a document
  kIndicator = 16,     // cannot begin a plain scalar, or only if no blank follows
  kMaybeStop = 32,     // may end a plain scalar in block style: breaks, NUL, ':' and '#'
  kMaybeHint = 64,     // a plain scalar that begins so may be something else than a string
};

inline constexpr std::array<std::uint8_t, 256> kCharClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&classes](const char* bytes, std::uint8_t bits) {
    for (; *bytes != 0; ++bytes) classes[static_cast<unsigned char>(*bytes)] |= bits;
  };
  mark(" \t", kBlank);
  mark("\n\r", kBreak | kMaybeStop);
  mark(",[]{}", kFlowIndicator);
  mark("-?:,[]{}#&*!|>'\"%@`", kIndicator);
  mark(":#", kMaybeStop);
  mark("+-.0123456789yYnNtTfFoO~", kMaybeHint);
  classes[0] |= kEnd | kMaybeStop;
  return classes;
}();

inline bool is(char c, unsigned classes) {
  return (kCharClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

}  // namespace yagura::kube::yaml
