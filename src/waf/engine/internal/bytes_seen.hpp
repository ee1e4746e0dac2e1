#pragma once

// The bytes of values that were asked for before in this exchange: headers and arguments of the
// query are scanned in phase 1 and again in phase 2.

#include <array>
#include <cstdint>
#include <string_view>

#include "waf/base/byte_set.hpp"

namespace yagura::waf::internal {

class BytesSeen {
 public:
  // Values of the exchange before may have stood in the same places.
  void begin() {
    if (++generation_ == 0) {  // wrapped around: old marks would look like new ones
      places_ = {};
      generation_ = 1;
    }
  }

  // `text` stays as it is until the next begin().
  [[nodiscard]] const ByteSet& of(std::string_view text) {
    const auto address = reinterpret_cast<std::uintptr_t>(text.data());
    Place& place = places_[((address >> 3) ^ address ^ text.size()) % places_.size()];
    if (place.generation != generation_ || place.start != text.data() ||
        place.size != text.size()) {
      place = {text.data(), text.size(), generation_, bytes_in(text)};
    }
    return place.bytes;
  }

 private:
  struct Place {
    const char* start = nullptr;
    std::size_t size = 0;
    std::uint32_t generation = 0;
    ByteSet bytes;
  };
  std::array<Place, 128> places_{};
  std::uint32_t generation_ = 0;
};

}  // namespace yagura::waf::internal
