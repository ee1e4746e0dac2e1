#pragma once

// Where recorded events come from: our captures, Falco's. What `yagura sensor replay` reads.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensor/capture/facts.hpp"
#include "sensor/event/container_resolver.hpp"
#include "sensor/record/record_view.hpp"

namespace yagura::sensor {

class RecordSource {
 public:
  RecordSource() = default;
  RecordSource(const RecordSource&) = delete;
  RecordSource& operator=(const RecordSource&) = delete;
  virtual ~RecordSource() = default;

  // The next record, in the file's order; it points into the source until the next call. False at
  // the end. Errors: those of reading alone; what is damaged is left out and told by remarks().
  [[nodiscard]] virtual Result<bool> next(RecordView& record) = 0;

  // Answers from the file, as far as it was read. Lives as long as the source.
  [[nodiscard]] virtual ContainerResolver& containers() = 0;
  [[nodiscard]] virtual const MachineFacts& machine() const = 0;
  [[nodiscard]] virtual const std::vector<UserFacts>& users() const = 0;
  [[nodiscard]] virtual const std::vector<GroupFacts>& groups() const = 0;
  // What the file lacks, for people: that it is cut, what was damaged, lost, unknown. A line each,
  // without line ends.
  [[nodiscard]] virtual std::vector<std::string> remarks() const = 0;
};

}  // namespace yagura::sensor
