#pragma once

// LayerFacts in the making: files come in the order of the archive, facts in any order.

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/model/facts.hpp"
#include "image/model/file_entry.hpp"
#include "image/tar/notes.hpp"

namespace yagura::image {

class FactsBuilder {
 public:
  // The file's position, for the calls below; whiteouts and what aufs left are told by their names,
  // and have no content that anybody looks at.
  struct Added {
    std::size_t position = 0;
    bool has_content = false;
    FileEntry entry;  // its texts live as long as the facts
  };
  [[nodiscard]] Added add(const FileEntry& entry);
  // Of a directory, where names mean nothing special.
  [[nodiscard]] Added add_plain(const FileEntry& entry);
  void set_hash(std::size_t position, std::uint64_t hash) {
    facts_.files[position].content_hash = hash;
  }
  // Thread-safe, and may be called beside all the others.
  void set_facts(std::size_t position, FileFacts facts);

  [[nodiscard]] Notes& notes() { return notes_; }
  void note(std::string sentence) { notes_.add(std::move(sentence)); }

  // Sorted, each path once. Nobody may call set_facts() any more.
  [[nodiscard]] LayerFacts finish();

 private:
  LayerFacts facts_;
  Notes notes_;
  std::mutex mutex_;
  std::vector<std::pair<std::size_t, FileFacts>> found_;
};

}  // namespace yagura::image
