#pragma once

// What happened lately, by container: programs started, files changed, connections, names asked
// for. Bounded in memory, and no container can push out what another did.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sensor/event/sensor_event.hpp"

namespace yagura::sensor {

enum class NoteKind : std::uint8_t {
  kNone,
  kExec,
  kExit,
  kWrite,  // opened for writing, or made
  kDelete,
  kRename,      // also links
  kPermission,  // mode, owner
  kConnect,
  kAccept,
  kListen,
  kSend,  // to an address, without a connection
  kDns,
  kPrivilege,  // ids, capabilities, namespaces
  kKernel,     // mounts, modules, bpf, ptrace
  kVerdict,    // of an enforcement program
};

// "exec", "write", …; as documents name them.
[[nodiscard]] std::string_view to_string(NoteKind kind);
// kNone: no such name.
[[nodiscard]] NoteKind find_note_kind(std::string_view name);

struct Note {
  NoteKind kind = NoteKind::kNone;
  std::int64_t first_ns = 0;  // wall time
  std::int64_t last_ns = 0;
  std::uint32_t count = 1;  // the same again and again is one note
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ns = 0;  // of the process
  std::int64_t result = 0;
  std::string call;     // "openat"
  std::string subject;  // a path, an address, a command line
  std::string detail;   // the other path; of an exec the executable
};

struct NoteLimits {
  // Of all; what the tables themselves take comes on top, a fifth or so.
  std::size_t max_bytes = std::size_t{6} << 20;
  std::size_t max_share = 8;    // a container may use max_bytes / max_share
  std::size_t max_text = 1024;  // bytes of one text
  std::size_t max_containers = 10'000;
};

// Not thread-safe.
class Notes {
 public:
  explicit Notes(NoteLimits limits = {}) : limits_(limits) {}

  // Takes a note of what is notable. O(1), without allocation where it is not.
  void take(const SensorEvent& event);

  // Oldest first. `container`: its id, empty for the host.
  [[nodiscard]] const std::deque<Note>& of(const std::string& container) const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  // for want of room

 private:
  struct Group {
    std::shared_ptr<const std::string> container;
    std::deque<Note> notes;
    std::deque<std::uint64_t> numbers;  // of the notes, in `order_`
    std::size_t bytes = 0;
  };
  struct Place {
    std::uint64_t number = 0;
    std::shared_ptr<const std::string> container;  // of the group: there are many places
  };

  void add(const std::string& container, Note note);
  [[nodiscard]] static bool repeats(Group& group, const Note& note);
  void drop_oldest(Group& group);
  void make_room();
  void forget_stale_places();

  NoteLimits limits_;
  std::unordered_map<std::string, Group> groups_;
  std::deque<Place> order_;  // of all notes; those of notes that are gone are stepped over
  std::uint64_t number_ = 0;
  std::size_t notes_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

// What the event is about, for people: a path, an address, a command line; empty where there is
// nothing notable in it.
[[nodiscard]] NoteKind note_kind_of(const RecordView& record);
// Arguments with blanks between them, cut to `max` bytes.
[[nodiscard]] std::string command_line(std::string_view argv, std::size_t max);
// "blocked file.write /etc/passwd (tier A)": what an enforcement program decided.
[[nodiscard]] std::string verdict_text(const RecordView& record);
// A sockaddr of IPv4 or IPv6: "192.0.2.1:80", "[2001:db8::1]:80"; empty where it is another's.
[[nodiscard]] std::string address_text(std::string_view sockaddr);
// "A example.org = 93.184.215.14"; empty where the bytes are no DNS message.
[[nodiscard]] std::string dns_text(std::string_view data);
// "tcp 10.0.0.1:40000 -> 1.2.3.4:443"; what is not known is left out.
[[nodiscard]] std::string connection_text(const ygr_socket& socket, std::string_view path);

}  // namespace yagura::sensor
