#pragma once

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

namespace yagura::image {

// A list of paths in one piece of memory: an image's packages own tens of thousands of files, and a
// string for each would cost more than all else that a cache holds. Grows at the end alone. Paths
// hold no NUL: what stands behind one is left out.
class PathList {
 public:
  class const_iterator {  // NOLINT(readability-identifier-naming): the name that ranges know
   public:
    using iterator_category = std::forward_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    const_iterator() = default;
    explicit const_iterator(std::string_view rest) : rest_(rest) {}
    std::string_view operator*() const { return rest_.substr(0, rest_.find('\0')); }
    const_iterator& operator++() {
      rest_.remove_prefix((**this).size() + 1);
      return *this;
    }
    const_iterator operator++(int) {
      const_iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    std::string_view rest_;
  };
  using iterator = const_iterator;
  using value_type = std::string_view;

  PathList() = default;
  PathList(std::initializer_list<std::string_view> paths) {
    for (const std::string_view path : paths) push_back(path);
  }

  void push_back(std::string_view path) {
    text_.append(path.substr(0, path.find('\0')));
    text_.push_back('\0');
  }
  void clear() { text_.clear(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  // O(bytes).
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for (const char byte : text_) count += byte == '\0' ? 1 : 0;
    return count;
  }
  [[nodiscard]] const_iterator begin() const { return const_iterator(text_); }
  [[nodiscard]] const_iterator end() const { return const_iterator(std::string_view{}); }

  template <class V>
  void visit(V& v) {
    v(text_);
    if (!text_.empty() && text_.back() != '\0') text_.push_back('\0');  // from a damaged cache
  }
  friend bool operator==(const PathList&, const PathList&) = default;

 private:
  std::string text_;  // each path with a NUL behind it
};

}  // namespace yagura::image
