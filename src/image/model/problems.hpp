#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/model/facts.hpp"

namespace yagura::image {

// What an analyzer could not read of one file, kept short: a damaged database has as many problems
// as its writer likes. The first few are told, the others counted when the list goes.
class Problems {
 public:
  static constexpr std::size_t kMaxKept = 8;

  // `what`: the file as people know it, "dpkg status"; stands before each problem.
  Problems(FileFacts& facts, std::string_view what) : facts_(facts), what_(what) {}
  Problems(const Problems&) = delete;
  Problems& operator=(const Problems&) = delete;
  ~Problems() {
    if (count_ > kMaxKept) tell("and " + std::to_string(count_ - kMaxKept) + " further problems");
  }

  void add(std::string_view problem) {
    if (count_++ < kMaxKept) tell(problem);
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  void tell(std::string_view problem) {
    std::string text(what_);
    text += ": ";
    text += problem;
    facts_.problems.push_back(std::move(text));
  }

  FileFacts& facts_;
  std::string_view what_;
  std::size_t count_ = 0;
};

}  // namespace yagura::image
