#pragma once

// A hash of 128 bits under a secret key, for tables whose contents strangers choose.
//
// NH of UMAC/VMAC (Black, Halevi, Krawczyk, Krovetz, Rogaway: "UMAC: Fast and Secure Message
// Authentication", 1999; T. Krovetz, W. Dai: "VMAC", 2007) on words of 64 bits: the sum modulo
// 2^128 of the products (m0 + k0) * (m1 + k1), …. Whoever does not know the key and does not see
// hashes finds two messages with one hash with probability 2^-64, however he chooses them: there
// is nothing to invert. One multiplication for 16 bytes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace yagura::sensor {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

// 8 KiB of key, from the kernel's generator (getrandom).
class HashKey {
 public:
  static constexpr std::size_t kWords = 1024;  // even

  HashKey();  // aborts where the kernel has no random numbers to give
  [[nodiscard]] const std::uint64_t* words() const { return words_.data(); }

 private:
  std::array<std::uint64_t, kWords> words_{};
};

// Takes words and texts; each text with its length in front, so that no two sequences of calls are
// one message.
class KeyedHash {
  __extension__ typedef unsigned __int128 Wide;  // GCC's and clang's; ISO C++ has none

 public:
  explicit KeyedHash(const HashKey& key) : key_(key.words()) {}

  void add(std::uint64_t word) {
    if (count_ + 2 > HashKey::kWords) {
      is_too_long_ = true;
      return;
    }
    if (!has_first_) {
      first_ = word + key_[count_];
      has_first_ = true;
      return;
    }
    sum_ += static_cast<Wide>(first_) * (word + key_[count_ + 1]);
    has_first_ = false;
    count_ += 2;
  }

  // `tag` tells texts of one length apart.
  void add(std::uint32_t tag, std::string_view text) {
    add(std::uint64_t{tag} << 32U | static_cast<std::uint32_t>(text.size()));
    while (text.size() >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data(), sizeof(word));
      add(word);
      text.remove_prefix(sizeof(word));
    }
    if (text.empty()) return;
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), text.size());
    add(word);
  }

  // False: the message was longer than the key, and the hash says nothing.
  [[nodiscard]] bool is_valid() const { return !is_too_long_; }
  [[nodiscard]] Hash128 finish() {
    if (has_first_) add(std::uint64_t{0});
    return {.low = static_cast<std::uint64_t>(sum_),
            .high = static_cast<std::uint64_t>(sum_ >> 64U)};
  }

 private:
  const std::uint64_t* key_;
  Wide sum_ = 0;
  std::size_t count_ = 0;
  std::uint64_t first_ = 0;
  bool has_first_ = false;
  bool is_too_long_ = false;
};

}  // namespace yagura::sensor
