#pragma once

// Which findings somebody has decided to live with: exceptions of yagura.yaml, `# yagura:ignore`
// comments, and the annotation `yagura.dev/ignore` ("ID[,ID…] reason", one a line) on the object.

#include <chrono>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "model/finding.hpp"
#include "posture/config.hpp"
#include "posture/control_index.hpp"

namespace yagura::posture {

// Immutable once made; thread-safe to read. Unknown ids and expired entries go to `diagnostics`
// (warnings): an expired exception no longer covers anything.
class ExceptionSet {
 public:
  ExceptionSet(const Config& config, const ControlIndex& controls, std::chrono::sys_days today,
               Diagnostics& diagnostics);

  // Marks the fail findings that an exception covers as kIgnored, with owner, reason and place in
  // `ignored_by`.
  void apply(std::span<model::Finding> findings) const;

 private:
  struct Entry {
    Exception exception;
    std::unordered_set<std::string> control_ids;  // resolved; empty: all
    std::string described;
  };
  std::vector<Entry> entries_;
};

// Applies the document's own comments and annotation to the findings of this document. An unknown
// id in one is a warning.
void apply_document_ignores(const kube::Document& document, const ControlIndex& controls,
                            std::span<model::Finding> findings, Diagnostics& diagnostics);

}  // namespace yagura::posture
