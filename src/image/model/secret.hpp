#pragma once

#include <cstdint>
#include <string>

#include "model/severity.hpp"

namespace yagura::image {

// A secret that was found. The secret itself never leaves the analyzer: `excerpt` shows the line
// with it blotted out, `fingerprint` tells whether two are the same.
struct Secret {
  std::string rule;   // "aws-access-key-id"
  std::string title;  // "AWS access key"
  model::Severity severity = model::Severity::kHigh;
  std::string place;        // inside the file: a member of an archive; else empty
  std::uint32_t line = 0;   // 1-based; 0: not a text
  std::string excerpt;      // one line of valid UTF-8, at most 160 bytes
  std::string fingerprint;  // 16 hex digits of a SHA-256 over rule and secret
  bool verified = false;    // a checksum in the token itself, or its structure, was right

  template <class V>
  void visit(V& v) {
    v(rule, title, severity, place, line, excerpt, fingerprint, verified);
  }
  friend bool operator==(const Secret&, const Secret&) = default;
};

}  // namespace yagura::image
