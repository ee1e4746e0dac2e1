#pragma once

// pmatch: is any of the paths a prefix of this one, component by component? /etc is one of /etc and
// of /etc/passwd, not of /etcetera. Components of the paths may be globs.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "rules/match/pattern.hpp"

namespace yagura::rules {

// Immutable once built, thread-safe. A lookup is linear in the text's length, times the globs of a
// level where there are any.
class PathPrefixes {
 public:
  // An error: a component is a glob that cannot be compiled.
  [[nodiscard]] Result<void> add(std::string_view path);
  // About the bytes of the tree, and of its globs (Pattern::cost).
  [[nodiscard]] std::size_t cost() const { return cost_ + nodes_.size() * sizeof(Node); }
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Glob {
    std::string text;
    Pattern pattern;
    std::uint32_t next;
  };
  struct Node {
    bool ends = false;  // a path ends here: everything below matches
    std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> names;
    std::vector<Glob> globs;
  };

  Result<std::uint32_t> child(std::uint32_t parent, std::string_view name);
  std::uint32_t new_node();

  std::size_t cost_ = 0;  // of globs
  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace yagura::rules
