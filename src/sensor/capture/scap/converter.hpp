#pragma once

// Falco's events to our records. Events of the old form come in two, the beginning of a call and
// its end; those are one record here, at the end. What descriptors are is kept from the lists at
// the file's start and from the calls since, as Falco's own library does it.

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sensor/capture/recorded_containers.hpp"
#include "sensor/capture/scap/event.hpp"
#include "sensor/capture/scap/lists.hpp"
#include "sensor/capture/scap/parameters.hpp"
#include "sensor/capture/scap/state.hpp"
#include "sensor/record/record_writer.hpp"

namespace yagura::sensor::scap {

struct ConverterCounts {
  std::uint64_t records = 0;
  std::uint64_t unknown_events = 0;  // numbers of a later version
  std::uint64_t generic = 0;         // calls that the file does not name
  // Events that have no counterpart here, by name; at most as many as there are names.
  std::map<std::string, std::uint64_t, std::less<>> left_out;
};

class Converter {
 public:
  // The containers must outlive it.
  explicit Converter(RecordedContainers& containers) : containers_(&containers) {}

  // Before the first event.
  void add_thread(const ListedThread& thread);
  void add_descriptor(std::uint64_t tid, std::int64_t fd, Descriptor descriptor);
  // Makes records of what was listed, parents first.
  void finish_lists();

  void event(const Event& event);

  // The next record that was made; valid until the call after the next. False: none.
  [[nodiscard]] bool next(std::vector<std::byte>& record);
  [[nodiscard]] const ConverterCounts& counts() const { return counts_; }

 private:
  void begin_call(const Event& event);
  void end_call(const Event& event);
  void executed(const Event& event, const Parameters& parameters, Thread& thread);
  void forked(const Event& event, const Parameters& parameters);
  void make_child(const Event& event, const Parameters& parameters, std::uint32_t tid,
                  std::uint32_t pid, std::uint32_t creator_tid);
  void exited(const Event& event);
  void called(const Event& event, const Parameters& parameters, std::uint32_t pid);
  void told_container(std::string_view json);
  void set_cgroups(Task& task, std::string_view cgroups);
  [[nodiscard]] ygr_header header_of(const Event& event, ygr_kind kind, const Task& task) const;
  void add_process(const Task& task, std::uint32_t tid, std::uint32_t vtid, std::uint64_t flags,
                   std::uint32_t creator_tid);
  void add_descriptor_sections(const Descriptor& descriptor, std::int64_t fd);
  void add_registers(std::string_view call, const Parameters& parameters, const Task& task);
  void add_dns(const Event& event, const Parameters& parameters, const Task& task,
               const Descriptor& descriptor);
  void list_task(const Task& task, std::map<std::uint32_t, bool>& told);
  void finish();

  RecordedContainers* containers_;
  State state_;
  // Threads whose making was told by one side of the clone, waiting for the other side.
  std::map<std::uint32_t, bool> announced_;
  std::map<std::uint64_t, bool> known_cgroups_;
  RecordWriter writer_;
  std::deque<std::vector<std::byte>> made_;
  ConverterCounts counts_;
};

}  // namespace yagura::sensor::scap
