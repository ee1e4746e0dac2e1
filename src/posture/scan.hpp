#pragma once

// Judging a set of objects: the shipped checks, the relations between the objects, the user's
// policies; or one Pod Security level alone.

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "model/finding.hpp"
#include "model/resource.hpp"
#include "posture/pss/level.hpp"
#include "posture/ruleset.hpp"

namespace yagura::posture {

struct ScanSettings {
  std::optional<pss::LevelVersion> pod_security;  // judge by this alone
  bool report_passed = false;
  bool inline_ignores = true;     // heed `# yagura:ignore` and the annotation
  std::chrono::sys_days today{};  // for the expiry of exceptions
};

struct ScanResult {
  std::vector<model::Finding> findings;  // in the order of the objects, then of the controls
  // Of each object, in the order given. The findings of an object share its pointer.
  std::vector<std::shared_ptr<const model::Resource>> resources;
  std::vector<ControlPtr> controls;  // that were in force
  std::uint64_t judged = 0;          // objects; with a Pod Security level: those that make pods
};

// The documents must stay as long as the call; findings do not point into them. Problems of
// configuration (unknown ids in ignores, expired exceptions) go to `diagnostics`. Linear in the
// objects (relations: n log n).
[[nodiscard]] ScanResult scan(const Ruleset& rules, const Config& config,
                              std::span<const kube::Document> documents,
                              const ScanSettings& settings, Diagnostics& diagnostics);

}  // namespace yagura::posture
