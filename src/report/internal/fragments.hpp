#pragma once

#include <string>
#include <unordered_map>

namespace yagura::report {

// Text that many findings share (of their control or resource), made once for each object. Findings
// of one resource stand together, so that the last one asked for is the usual hit.
template <typename T>
class Fragments {
 public:
  // `make` appends the text for the object.
  template <typename Make>
  const std::string& of(const T& object, Make&& make) {
    if (&object == last_) return *last_text_;
    const auto [at, is_new] = texts_.try_emplace(&object);
    if (is_new) make(at->second, object);
    last_ = &object;
    last_text_ = &at->second;
    return at->second;
  }

 private:
  std::unordered_map<const T*, std::string> texts_;  // its nodes do not move
  const T* last_ = nullptr;
  const std::string* last_text_ = nullptr;
};

}  // namespace yagura::report
