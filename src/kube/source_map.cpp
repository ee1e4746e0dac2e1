#include "kube/source_map.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/check.hpp"

namespace yagura::kube {

std::optional<std::uint32_t> SourceMap::add(std::shared_ptr<const Source> source) {
  for (const Part& part : parts_) {
    if (part.source == source) return part.begin;
  }
  // One more than the text: the end of its last node is still inside.
  const std::uint64_t size = source->text().size() + 1;
  if (next_ + size > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  const auto begin = static_cast<std::uint32_t>(next_);
  parts_.push_back({.begin = begin, .source = std::move(source)});
  next_ += size;
  return begin;
}

SourceMap::Location SourceMap::locate(std::uint32_t offset) const {
  YAGURA_CHECK(!parts_.empty(), "a composed document has sources");
  auto part = std::ranges::upper_bound(parts_, offset, {}, &Part::begin);
  if (part != parts_.begin()) --part;
  return {.source = part->source.get(), .offset = offset - part->begin};
}

Place Document::place_of(std::uint32_t offset) const {
  const SourceMap::Location at =
      map_ == nullptr ? SourceMap::Location{.source = source_.get(), .offset = offset}
                      : map_->locate(offset);
  return {.source = at.source,
          .offset = at.offset,
          .file = at.source->name(),
          .position = at.source->position(at.offset)};
}

}  // namespace yagura::kube
