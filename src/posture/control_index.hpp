#pragma once

// Finding controls by whatever id a user knows: ours, or that of the tool that they come from.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/control.hpp"

namespace yagura::posture {

using ControlPtr = std::shared_ptr<const model::Control>;

// The form in which ids are compared: lower case, Trivy's three spellings (KSV017, KSV-0017,
// AVD-KSV-0017) made one.
[[nodiscard]] std::string normalised_id(std::string_view id);

// Immutable once filled; thread-safe to read.
class ControlIndex {
 public:
  // False where another control has the same id already (then nothing is added).
  bool add(ControlPtr control);

  // Controls with that id or alias. An own id wins: then it is the only one. An alias may name
  // several of ours (Kubescape's C-0012 is both secrets in the environment and in ConfigMaps).
  // Empty: nobody knows it.
  [[nodiscard]] std::vector<ControlPtr> find(std::string_view id_or_alias) const;

  // Known ids that look like the one given, best first, for "did you mean".
  [[nodiscard]] std::vector<std::string> similar(std::string_view id, std::size_t most = 3) const;

  [[nodiscard]] const std::vector<ControlPtr>& all() const { return controls_; }

 private:
  std::vector<ControlPtr> controls_;
  std::unordered_map<std::string, std::size_t> by_id_;
  std::unordered_multimap<std::string, std::size_t> by_alias_;
};

}  // namespace yagura::posture
