#pragma once

// Records by hand, a line each; for tests, benchmarks and fuzz targets.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/event/container_resolver.hpp"
#include "sensor/event/sensor_event.hpp"
#include "sensor/record/record_view.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor::testing {

// "a b" of arguments: each ended by a zero.
[[nodiscard]] std::string zero_ended(std::initializer_list<std::string_view> strings);

class RecordMaker {
 public:
  // The type's name: "openat", "execve", "clone", "procexit"; nothing where a kind has none.
  RecordMaker(ygr_kind kind, std::string_view type, std::uint32_t pid);

  RecordMaker& tid(std::uint32_t tid) { return header_.tid = tid, *this; }
  RecordMaker& time(std::uint64_t ns) { return header_.time_ns = ns, *this; }
  RecordMaker& cgroup(std::uint64_t id) { return header_.cgroup_id = id, *this; }
  RecordMaker& uid(std::uint32_t uid) { return header_.uid = uid, *this; }
  RecordMaker& result(std::int64_t result) { return header_.result = result, *this; }
  RecordMaker& flags(std::uint16_t flags) { return header_.flags = flags, *this; }
  RecordMaker& cpu(std::uint16_t cpu, std::uint64_t sequence) {
    header_.cpu = cpu;
    header_.sequence = sequence;
    return *this;
  }
  RecordMaker& args(std::initializer_list<std::uint64_t> values);
  RecordMaker& text(ygr_section_id id, std::string_view bytes, bool is_truncated = false);
  // Takes the place of a section that is there, or is added.
  RecordMaker& replace(ygr_section_id id, std::string_view bytes);
  template <typename T>
  RecordMaker& with(ygr_section_id id, const T& value) {
    return text(id, std::string_view(reinterpret_cast<const char*>(&value), sizeof(T)));
  }
  // YGR_S_TASK of a process with such a parent; the rest has host's numbers.
  RecordMaker& task(std::uint32_t parent, std::uint64_t start_ns = 0);
  RecordMaker& change_task(void (*change)(ygr_task&));
  RecordMaker& credentials(std::uint32_t uid, std::uint32_t gid, std::uint64_t capabilities = 0);
  // YGR_S_FD and its path.
  RecordMaker& file(std::int32_t fd, std::string_view path, std::uint32_t mode = 0100644,
                    std::uint32_t open_flags = 0);
  // YGR_S_FD and YGR_S_SOCKET; addresses as text, empty: unbound.
  RecordMaker& socket(std::int32_t fd, std::string_view local, std::uint16_t local_port,
                      std::string_view remote, std::uint16_t remote_port, std::uint16_t type = 1,
                      std::uint8_t is_server = 0);
  // YGR_S_ADDRESS: an IPv4 or IPv6 sockaddr.
  RecordMaker& address(std::string_view ip, std::uint16_t port);
  // What YGR_EXEC has: path, arguments, name.
  RecordMaker& program(std::string_view path, std::initializer_list<std::string_view> argv);

  // Valid until this or the writer changes.
  [[nodiscard]] RecordView view();
  [[nodiscard]] std::span<const std::byte> bytes();

 private:
  struct Section {
    ygr_section_id id;
    std::string bytes;
    bool is_truncated;
  };
  ygr_header header_{};
  std::vector<Section> sections_;
  RecordWriter writer_;
};

// Containers by cgroup, as a test says.
class ScriptedResolver : public ContainerResolver {
 public:
  void set(std::uint64_t cgroup_id, std::shared_ptr<const Container> container) {
    containers_[cgroup_id] = std::move(container);
    ++generation_;
  }
  void on_cgroup_made(std::uint64_t cgroup_id, std::string_view path) override {
    made.emplace_back(cgroup_id, path);
  }
  void on_cgroup_gone(std::uint64_t cgroup_id) override { gone.push_back(cgroup_id); }
  std::shared_ptr<const Container> find(std::uint64_t cgroup_id) override {
    const auto found = containers_.find(cgroup_id);
    return found == containers_.end() ? nullptr : found->second;
  }
  std::shared_ptr<const Container> find_process(std::uint32_t /*pid*/,
                                                std::uint64_t cgroup_id) override {
    auto found = find(cgroup_id);
    return found != nullptr ? found : of_process;
  }
  std::uint64_t generation() const override { return generation_; }

  std::shared_ptr<const Container> of_process;  // of all whose cgroup tells nothing
  std::vector<std::pair<std::uint64_t, std::string>> made;
  std::vector<std::uint64_t> gone;

 private:
  std::unordered_map<std::uint64_t, std::shared_ptr<const Container>> containers_;
  std::uint64_t generation_ = 1;
};

}  // namespace yagura::sensor::testing
