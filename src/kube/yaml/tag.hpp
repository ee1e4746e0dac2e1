#pragma once

// Tags: `!!int`, `!name`, `!<tag:…>`, `!handle!name` with %TAG. Internal to src/kube/yaml.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::kube::yaml {

enum class Tag : std::uint8_t {
  kNone,
  kString,  // !!str, the non-specific "!", and every tag that we do not know: such a scalar is text
  kInt,
  kFloat,
  kBool,
  kNull,
  kBinary,
  kTimestamp,
  kMerge,
  kCollection,  // !!map, !!seq, !!set, !!omap, !!pairs: the content says the same
};

class TagTable {
 public:
  void clear() { handles_.clear(); }
  // `%TAG handle prefix`. False: the handle is there already, or one of them is malformed.
  bool declare(std::string_view handle, std::string_view prefix);
  // The tag as written, from its '!' on. Nothing: its handle was not declared, or it is malformed.
  [[nodiscard]] std::optional<Tag> resolve(std::string_view written) const;

 private:
  struct Handle {
    std::string_view name;
    std::string_view prefix;
  };
  [[nodiscard]] std::optional<std::string_view> prefix_of(std::string_view handle) const;

  std::vector<Handle> handles_;  // few: see kMaxHandles
};

}  // namespace yagura::kube::yaml
