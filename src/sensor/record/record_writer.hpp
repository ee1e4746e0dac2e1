#pragma once

// Makes records (record.h) in user space: other tools' captures, /proc at start, tests.

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sensor/record/record.h"

namespace yagura::sensor {

class RecordWriter {
 public:
  // Starts a new record; size and sections of the header are the writer's business.
  void begin(const ygr_header& header);

  // Precondition: the id was not added yet. What would take the record past YGR_MAX_RECORD is cut
  // and marked as truncated; what does not fit at all sets YGR_SECTION_LOST. `is_truncated`: the
  // text was cut already.
  void add(ygr_section_id id, std::string_view bytes, bool is_truncated = false);
  template <typename T>
  void add_struct(ygr_section_id id, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    add(id, std::string_view(reinterpret_cast<const char*>(&value), sizeof(T)));
  }

  // The whole record; valid until the next begin().
  [[nodiscard]] std::span<const std::byte> finish();

 private:
  ygr_header header_{};
  std::vector<std::byte> bytes_;
};

}  // namespace yagura::sensor
