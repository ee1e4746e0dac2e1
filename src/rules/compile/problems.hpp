#pragma once

// What is wrong with a condition, kept until it is known whether its rule may be skipped. Internal
// to src/rules/compile.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rules/language/condition_text.hpp"

namespace yagura::rules {

struct CompileProblem {
  FilePlace place;
  std::string message;
  std::string hint;
  bool is_unknown = false;  // a field or a type of events that is not known: may be skipped

  friend bool operator==(const CompileProblem& a, const CompileProblem& b) {
    return a.place.line == b.place.line && a.place.column == b.place.column &&
           a.place.file == b.place.file && a.message == b.message;
  }
};

class Problems {
 public:
  void add(FilePlace place, std::string message, std::string hint = {}, bool is_unknown = false) {
    if (!is_full()) {
      list_.push_back({std::move(place), std::move(message), std::move(hint), is_unknown});
    }
  }
  // Those of a macro, once however often it is used: macros of macros would double them each time.
  void add(const std::vector<CompileProblem>& others) {
    for (const CompileProblem& other : others) {
      if (is_full()) return;
      if (std::ranges::find(list_, other) == list_.end()) list_.push_back(other);
    }
  }
  // More are not kept; whoever finds one need not look for its place.
  [[nodiscard]] bool is_full() const { return list_.size() >= kMaxKept; }
  [[nodiscard]] const std::vector<CompileProblem>& list() const { return list_; }

 private:
  static constexpr std::size_t kMaxKept = 100;  // of a condition

  std::vector<CompileProblem> list_;
};

}  // namespace yagura::rules
