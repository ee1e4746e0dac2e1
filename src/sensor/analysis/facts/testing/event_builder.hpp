#pragma once

// Events by hand, for tests and benchmarks: a process in a container does something.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/event/alert.hpp"
#include "sensor/event/sensor_event.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor::testing {

[[nodiscard]] std::shared_ptr<const Container> make_container(std::string_view workload,
                                                              std::string_view digest = "sha256:1");
[[nodiscard]] std::shared_ptr<Process> make_process(std::uint32_t pid, std::string_view exe,
                                                    std::shared_ptr<const Container> container,
                                                    std::shared_ptr<Process> parent = nullptr,
                                                    std::string_view arguments = "");
// A sockaddr's bytes.
[[nodiscard]] std::string socket_address(std::string_view ip, std::uint16_t port);
[[nodiscard]] ygr_socket make_socket(std::string_view remote, std::uint16_t remote_port,
                                     std::uint16_t local_port, std::uint16_t type = 1);
// A DNS question for a name and, with addresses, its answer.
[[nodiscard]] std::string dns_question(std::string_view name, std::uint16_t type = 1);
[[nodiscard]] std::string dns_answer(std::string_view name, std::string_view ip);

// One event at a time; what event() gives is valid until the next begin().
class EventBuilder {
 public:
  explicit EventBuilder(std::shared_ptr<Process> process) : process_(std::move(process)) {}

  void set_process(std::shared_ptr<Process> process) { process_ = std::move(process); }
  void set_time(std::int64_t wall_ns) { wall_ns_ = wall_ns; }
  void advance(std::int64_t ns) { wall_ns_ += ns; }
  [[nodiscard]] std::int64_t time() const { return wall_ns_; }

  EventBuilder& begin(std::string_view call, std::int64_t result = 0);
  EventBuilder& begin(ygr_kind kind, std::int64_t result = 0);
  EventBuilder& text(ygr_section_id id, std::string_view bytes);
  template <typename T>
  EventBuilder& with(ygr_section_id id, const T& value) {
    writer_.add_struct(id, value);
    return *this;
  }
  [[nodiscard]] const SensorEvent& event();

  // Common ones.
  const SensorEvent& open(std::string_view path, std::uint32_t open_flags = 0,
                          std::uint32_t mode = 0100644);
  const SensorEvent& connect(std::string_view ip, std::uint16_t port, std::int64_t result = 0,
                             std::uint16_t type = 1);
  const SensorEvent& accept(std::string_view ip, std::uint16_t port, std::uint16_t local_port);
  const SensorEvent& exec(std::uint8_t layer = YGR_LAYER_LOWER, std::uint8_t flags = 0);
  const SensorEvent& library(std::string_view path, std::uint8_t layer = YGR_LAYER_LOWER);
  const SensorEvent& dns(std::string_view message);

 private:
  std::shared_ptr<Process> process_;
  RecordWriter writer_;
  RecordView view_;
  SensorEvent event_;
  std::int64_t wall_ns_ = 1'700'000'000'000'000'000;
  std::uint64_t number_ = 0;
};

// Keeps what was said.
class RecordingSink : public AlertSink {
 public:
  struct Kept {
    std::string rule;
    std::string priority;
    std::string output;
    std::vector<std::string> tags;
    std::map<std::string, std::string> fields;
  };
  void on_alert(const SensorAlert& alert) override;
  [[nodiscard]] std::size_t count(std::string_view rule) const;
  std::vector<Kept> alerts;
};

}  // namespace yagura::sensor::testing
