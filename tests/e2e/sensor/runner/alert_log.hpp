#pragma once

// What came out of the sensor, in its order: alerts and marks. Filled by the sensor's thread, read
// by the test's.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::sensor::e2e {

struct SeenAlert {
  std::string rule;
  std::string container_id;  // "": the host
  std::string pod;
  std::string name_space;
  std::string process;  // proc.name
  std::string json;     // the line that leaves the sensor
};

// One a line, for messages of tests.
[[nodiscard]] std::string list_of(const std::vector<SeenAlert>& alerts);

class AlertLog {
 public:
  void add_alert(SeenAlert alert);
  void add_mark(std::string mark);

  // False: the mark did not come within a time that no working sensor needs.
  [[nodiscard]] bool wait_for_mark(std::string_view mark);
  // What lies between two marks; nothing where one of them never came.
  [[nodiscard]] std::vector<SeenAlert> between(std::string_view from, std::string_view to) const;

 private:
  struct Entry {
    std::string mark;  // "": an alert
    SeenAlert alert;
  };
  [[nodiscard]] std::vector<Entry>::const_iterator find(std::string_view mark) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> entries_;
};

}  // namespace yagura::sensor::e2e
