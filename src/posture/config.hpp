#pragma once

// yagura.yaml: what a team says about its own scans. docs/configuration.md describes it for users.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "model/severity.hpp"

namespace yagura::posture {

// An accepted risk. All the fields that are set must match; the last three say whose it is, why,
// and until when.
struct Exception {
  std::vector<std::string> controls;  // ids or aliases, or "*"
  std::string kind;                   // these five: globs; empty matches all
  std::string namespace_;
  std::string name;
  std::string subject;  // e.g. the container
  std::string file;
  std::string owner;
  std::string reason;
  std::optional<std::chrono::sys_days> expires;  // the last day on which it holds
  std::uint32_t line = 0;                        // in yagura.yaml
};

struct ControlSettings {
  std::optional<bool> enabled;  // true also brings in one that is not in the default set
  std::optional<model::Severity> severity;
  std::map<std::string, std::string>
      params;  // data of the check's parameter ConfigMap, over the default
  std::uint32_t line = 0;
};

struct Config {
  std::string file;
  std::optional<std::string> fail_on;  // a severity or "never"
  std::vector<std::string> exclude;    // globs of paths, relative to the scanned folder
  std::map<std::string, ControlSettings> controls;  // by id or alias as written
  std::vector<Exception> exceptions;
};

// Reads a parsed yagura.yaml. Every problem (unknown key, wrong type, an exception without owner or
// reason, a date that is none) goes to `diagnostics` with its place; what is right is kept.
[[nodiscard]] Config read_config(const kube::Document& document, Diagnostics& diagnostics);

// YYYY-MM-DD, a day that exists.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_date(std::string_view text);

}  // namespace yagura::posture
