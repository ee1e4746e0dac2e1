#pragma once

// Reverse (and bind) shells, by what stands behind a process's first descriptors:
//   - a shell is started whose input and output are an Internet socket;
//   - a process puts an Internet socket onto its descriptors 0 and 1 (dup2), as one-liners in
//     interpreters do before they start a shell;
//   - a shell that reads from a pipe and writes into another, whose other end is the input of a
//     process that is connected to the network (mkfifo …; sh </fifo | nc host port >/fifo).
// What serves by sockets on 0 and 1 on purpose (inetd, socket activation) is no shell and got its
// socket before it was started: neither is told. A shell in a pipeline that runs a script or a
// command (-c, or with a name) is not told.

#include <cstdint>
#include <string>
#include <string_view>

#include "sensor/analysis/facts/event_facts.hpp"
#include "sensor/analysis/facts/notice.hpp"
#include "sensor/analysis/patterns/bounded_map.hpp"

namespace yagura::sensor {

[[nodiscard]] bool is_shell(const Image& image);
// A shell that takes its commands from its input: no script, no -c.
[[nodiscard]] bool reads_commands(const Image& image);

class ReverseShellFinder {
 public:
  explicit ReverseShellFinder(AlertSink& sink);
  void on_event(const SensorEvent& event, const EventFacts& facts);

 private:
  void on_exec(const SensorEvent& event, const EventFacts& facts);
  void on_duplicate(const SensorEvent& event, const EventFacts& facts);
  void on_connect(const SensorEvent& event, const EventFacts& facts);
  void tell(const SensorEvent& event, const EventFacts& facts, const NoticeKind& kind,
            std::string_view how, std::string peer, double score);

  AlertSink& sink_;
  NoticeKind shell_kind_;
  NoticeKind redirect_kind_;
  // Pipes by (container, inode): into which shells write, and from which connected processes read.
  struct PipeEnd {
    std::int64_t seen_ns = 0;
    std::string peer;  // of connected ones
  };
  BoundedMap<PipeEnd> shell_outputs_{4096};
  BoundedMap<PipeEnd> network_inputs_{4096};
  BoundedMap<std::int64_t> told_{4096};
};

}  // namespace yagura::sensor
