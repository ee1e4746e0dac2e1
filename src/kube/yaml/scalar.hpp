#pragma once

// What an unquoted scalar means. The rules are those of Kubernetes' own loader (sigs.k8s.io/yaml,
// which reads through go-yaml v2 and writes JSON), not those of the YAML 1.2 core schema:
//   null     empty, ~, null, Null, NULL
//   boolean  true false yes no on off y n, each in lower, upper and title case
//   integer  decimal, 0x, 0o, 0b, and octal by a leading 0 alone; a sign; underscores anywhere
//   behind the first digit float    decimal with a fraction or an exponent; a whole one becomes an
//   integer (JSON's 1 for 1.0) string   everything else: sexagesimals, dates, and numbers that a
//   double cannot hold
// Internal to src/kube/yaml.

#include <string>
#include <string_view>

#include "kube/node_builder.hpp"

namespace yagura::kube::yaml {

// `ascii`: whether the text is known to be ASCII. A string result points to `text`.
[[nodiscard]] Node resolve_plain(std::string_view text, bool ascii, Extent at);

// .inf, .nan and their spellings: numbers for YAML, impossible in JSON, so Kubernetes refuses them.
// resolve_plain gives a string.
[[nodiscard]] bool is_infinity_or_nan(std::string_view text);

// The text that a key which is no string gets on its way to JSON: 1 -> "1", 0x10 -> "16", yes ->
// "true", 1.5 -> "1.5". Precondition: `key` is a boolean, a number or null ("null": Kubernetes
// refuses that one).
[[nodiscard]] std::string key_text(const Node& key);

}  // namespace yagura::kube::yaml
