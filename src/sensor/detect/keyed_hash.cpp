#include "sensor/detect/keyed_hash.hpp"

#include <sys/random.h>

#include "core/check.hpp"

namespace yagura::sensor {

HashKey::HashKey() {
  auto* to = reinterpret_cast<char*>(words_.data());
  std::size_t left = sizeof(words_);
  while (left > 0) {
    const ssize_t got = ::getrandom(to, left, 0);
    YAGURA_CHECK(got > 0, "without random numbers strangers could make verdicts collide");
    to += got;
    left -= static_cast<std::size_t>(got);
  }
}

}  // namespace yagura::sensor
