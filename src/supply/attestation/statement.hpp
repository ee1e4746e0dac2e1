#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace yagura::supply {

// How something was built, as its builder says (SLSA provenance 0.2 and 1.0).
struct Provenance {
  std::string builder;  // "https://github.com/actions/runner/github-hosted"
  std::string build_type;
  std::string source;      // "git+https://github.com/acme/app@refs/tags/v1"
  std::string commit;      // of the source, hex; may be empty
  std::string invocation;  // id or address of the run
  std::string finished;    // RFC 3339
  // What went into it: URI and "sha256:…"; at most 10,000.
  std::vector<std::pair<std::string, std::string>> materials;
};

// An in-toto statement (0.1 and 1.0).
struct Statement {
  std::string predicate_type;
  std::vector<std::string> subjects;  // "sha256:…"
  std::string predicate;              // JSON
  // Of SLSA provenance; else empty.
  Provenance provenance;
  bool is_provenance = false;

  // "SLSA provenance", "CycloneDX SBOM", "SPDX SBOM", "OpenVEX", "vulnerability scan", "signature",
  // or the predicate's type.
  [[nodiscard]] std::string kind() const;
};

[[nodiscard]] Result<Statement> parse_statement(std::string_view json);

}  // namespace yagura::supply
