#include "sensor/enforce/compile/path_number.hpp"

#include <cstring>

#include "sensor/enforce/bpf/path_hash.h"

namespace yagura::sensor::enforce {

std::uint64_t name_number(std::uint64_t seed, std::string_view name) {
  const std::size_t length = name.size();
  std::uint64_t hash = seed;
  while (!name.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = name.size() < 8 ? name.size() : 8;
    std::memcpy(&word, name.data(), size);
    hash = ygr_hash_word(hash, word);
    name.remove_prefix(size);
  }
  return ygr_hash_end(hash, length);
}

std::vector<std::uint64_t> path_numbers(std::uint64_t seed, std::string_view path) {
  std::vector<std::uint64_t> numbers{seed};
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    if (!name.empty()) numbers.push_back(ygr_hash_path(numbers.back(), name_number(seed, name)));
    path.remove_prefix(name.size());
  }
  return numbers;
}

std::uint64_t path_number(std::uint64_t seed, std::string_view path) {
  return path_numbers(seed, path).back();
}

}  // namespace yagura::sensor::enforce
