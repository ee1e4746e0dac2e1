#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "image/model/facts.hpp"
#include "image/model/file_content.hpp"
#include "image/model/file_entry.hpp"

namespace yagura::image {

// Looks at files one at a time and writes down what they say. One object serves all layers at once:
// both calls are const and thread-safe, and keep nothing between files. What needs more than one
// file to be decided (who owns a path, is the package still there) is decided after the merge.
//
// Bytes are hostile: linear time, bounded memory, no recursion that input controls, no exception
// gets out. What can't be read becomes a FileFacts::problems text, and the rest is still read.
class Analyzer {
 public:
  Analyzer() = default;
  Analyzer(const Analyzer&) = delete;
  Analyzer& operator=(const Analyzer&) = delete;
  virtual ~Analyzer() = default;

  // "dpkg", "npm", "secrets": for the cache's key, `--skip`, and messages.
  [[nodiscard]] virtual std::string_view name() const = 0;
  // Raised whenever the same bytes may give other facts: caches of older versions don't count. What
  // depends on configuration (rules of the user) mixes its hash in.
  [[nodiscard]] virtual std::uint64_t version() const = 0;

  // Whether analyze() wants the file: called for each regular file, so cheap (look at the path
  // first). `head` is the first bytes of the content: at least 4,096 where the file has as many.
  [[nodiscard]] virtual bool wants(const FileEntry& file, std::string_view head) const = 0;

  // Called for the files that it wants, with the whole content. Adds to `facts`, which other
  // analyzers add to as well.
  virtual void analyze(const FileEntry& file, const FileContent& content,
                       FileFacts& facts) const = 0;
};

using Analyzers = std::vector<std::unique_ptr<const Analyzer>>;

}  // namespace yagura::image
