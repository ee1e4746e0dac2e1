#pragma once

// Several sources in one space of offsets, so that an object that was put together from many files
// (a base, its patches, the kustomization that renames it) still knows where each of its nodes was
// written.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/arena.hpp"
#include "kube/document.hpp"

namespace yagura::kube {

// Filled by one builder, then shared and immutable: safe to read from many threads.
class SourceMap {
 public:
  // Gives the source its place in the joint space and keeps it alive. Returns what to add to its
  // offsets, or nothing where the space of 4 GiB is used up. The same source twice gets the same
  // place.
  [[nodiscard]] std::optional<std::uint32_t> add(std::shared_ptr<const Source> source);

  // The source that an offset of the joint space falls in and the offset in there. An offset that
  // was never given out belongs to the last source before it. Precondition: at least one source.
  // O(log sources).
  struct Location {
    const Source* source;
    std::uint32_t offset;
  };
  [[nodiscard]] Location locate(std::uint32_t offset) const;
  [[nodiscard]] bool empty() const { return parts_.empty(); }

  // Nodes and texts that belong to no single source live here. For the builder alone.
  [[nodiscard]] core::Arena& arena() const { return arena_; }

 private:
  struct Part {
    std::uint32_t begin;
    std::shared_ptr<const Source> source;
  };
  std::vector<Part> parts_;  // by begin
  std::uint64_t next_ = 0;
  mutable core::Arena arena_;
};

}  // namespace yagura::kube
