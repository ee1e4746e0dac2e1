#pragma once

// A SensorEvent as rules see it: every field of the syscall source (rules/fields/), with Falco's
// meaning. Where Falco's own answer is a text for the unknown ("<NA>" for the name of a user that
// nobody knows, "N/A" for a mount that is not there) it is ours too, since published rules compare
// with it; everything else that is not known is absent.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "rules/event_view.hpp"
#include "rules/fields/fields_syscall.hpp"
#include "sensor/dns/domain_names.hpp"
#include "sensor/event/sensor_event.hpp"
#include "sensor/process/process_table.hpp"
#include "sensor/view/descriptor.hpp"
#include "sensor/view/parameter_table.hpp"
#include "sensor/view/process_texts.hpp"
#include "sensor/view/user_names.hpp"

namespace yagura::sensor {

// A file has two names: the one that the kernel found at the end of all links, and the one that the
// caller wrote. Rules are judged by both: by the first alone a rule on the link's name would not
// fire, by the second alone none on the file's.
enum class Reading : std::uint8_t {
  kResolved,
  kAsGiven,  // made absolute by its letters
};

// What a view asks beside the event. All pointers may be null; what is not null outlives the view.
struct ViewSources {
  const ProcessTable* processes = nullptr;  // leaders of sessions and groups
  UserNames* users = nullptr;
  const DomainNames* domain_names = nullptr;  // scopes: containers' cgroups; 0 the host
  std::string hostname;
  std::int64_t first_event_ns = 0;  // for evt.reltime; 0: the first event that the view is shown
};

// Not thread-safe. What get() returns lives until the next set().
class SensorEventView final : public rules::EventView {
 public:
  explicit SensorEventView(ViewSources sources);
  SensorEventView(const SensorEventView&) = delete;
  SensorEventView& operator=(const SensorEventView&) = delete;

  // The event must live until the next one is set or nothing is asked any more.
  void set(const SensorEvent& event, Reading reading = Reading::kResolved);
  // The same event by its other name.
  void set_reading(Reading reading);
  // Whether the two readings differ.
  [[nodiscard]] bool has_two_names() const;

  [[nodiscard]] rules::Source source() const override { return rules::Source::kSyscall; }
  [[nodiscard]] std::uint16_t type() const override { return event_->record->header().type; }
  [[nodiscard]] rules::Value get(const rules::FieldRef& field) const override;

  // Since set(): whether a field was asked for that may be different for an equal record of an
  // unchanged process: times, counters, numbers of threads, what name servers answered.
  [[nodiscard]] bool has_asked_volatile() const { return asked_volatile_; }
  // evt.num then does not count as one: for rules that only compare it with 0, which it never is.
  void take_number_as_constant(bool is_constant) { is_number_constant_ = is_constant; }

  [[nodiscard]] const SensorEvent& event() const { return *event_; }

 private:
  using Field = rules::SyscallField;
  using Value = rules::Value;
  using FieldRef = rules::FieldRef;

  struct DescriptorFacts {
    bool is_concerned = false;  // the call has to do with a descriptor
    bool is_known = false;      // the record describes it
    bool is_socket = false;
    std::int64_t number = -1;
    DescriptorType type = DescriptorType::kUnknown;
    ygr_file file{};
    ygr_socket socket{};
    Endpoint local;
    Endpoint remote;
    bool is_server = false;
    std::string_view name;
    bool has_name = false;
  };
  // How a parameter is written: `text`, or "text(resolved)" in evt.args.
  struct Argument {
    Value raw;
    std::string_view text;
    std::string_view resolved;
    bool is_there = false;
  };

  [[nodiscard]] const ygr_header& header() const { return event_->record->header(); }
  [[nodiscard]] const Process& process() const { return *event_->process; }
  [[nodiscard]] const TypeInfo& info() const;
  [[nodiscard]] std::int64_t wall_of(std::uint64_t boot_ns) const;

  // event_fields.cpp
  [[nodiscard]] Value event_field(const FieldRef& ref) const;
  [[nodiscard]] Value time_field(Field field) const;
  [[nodiscard]] Value count_field(Field field) const;
  [[nodiscard]] Value io_field(Field field) const;
  [[nodiscard]] Value open_field(Field field) const;
  [[nodiscard]] std::string_view category() const;
  [[nodiscard]] bool has_result() const;
  [[nodiscard]] std::uint64_t open_flags() const;
  [[nodiscard]] Value syslog_field(Field field) const;

  // argument_fields.cpp
  [[nodiscard]] Value argument_field(const FieldRef& ref) const;
  [[nodiscard]] Value raw_argument_field(const FieldRef& ref) const;
  [[nodiscard]] Value arguments_text() const;
  [[nodiscard]] Value absolute_path_field(const FieldRef& ref) const;
  [[nodiscard]] Argument argument(const Parameter& parameter) const;
  [[nodiscard]] Argument call_argument(const Parameter& parameter) const;
  [[nodiscard]] Argument task_argument(const Parameter& parameter) const;
  [[nodiscard]] Argument number_argument(std::int64_t number) const;
  [[nodiscard]] Argument hex_argument(std::uint64_t number) const;
  [[nodiscard]] Argument flags_argument(std::uint64_t number, const FlagTable& table) const;
  [[nodiscard]] Argument mode_argument(std::uint64_t mode) const;
  [[nodiscard]] Argument user_argument(std::uint32_t uid) const;
  [[nodiscard]] Argument group_argument(std::uint32_t gid) const;
  [[nodiscard]] Argument descriptor_argument(std::int64_t number) const;
  [[nodiscard]] Argument text_argument(std::string_view text) const;
  [[nodiscard]] Argument result_argument() const;

  // path_fields.cpp
  [[nodiscard]] bool has_text(unsigned number) const;
  [[nodiscard]] std::string_view text(unsigned number) const;
  [[nodiscard]] std::string_view absolute_text(unsigned number) const;
  [[nodiscard]] Value path_field(Field field) const;

  // descriptor_fields.cpp
  [[nodiscard]] Value descriptor_field(const FieldRef& ref) const;
  [[nodiscard]] Value address_field(Field field) const;
  [[nodiscard]] Value port_field(Field field) const;
  [[nodiscard]] Value domain_field(Field field) const;
  [[nodiscard]] Value types_field(const FieldRef& ref) const;
  [[nodiscard]] const DescriptorFacts& descriptor() const;
  void find_descriptor() const;
  void find_endpoints(DescriptorFacts& facts) const;
  static void see_through_ipv6(DescriptorFacts& facts);
  void find_name(DescriptorFacts& facts) const;
  [[nodiscard]] std::string_view tuple_of(const DescriptorFacts& facts) const;
  [[nodiscard]] std::string_view stream_name(const StandardStream& stream) const;
  [[nodiscard]] const Endpoint* client(const DescriptorFacts& facts) const;
  [[nodiscard]] const Endpoint* server(const DescriptorFacts& facts) const;

  // process_fields.cpp
  [[nodiscard]] Value process_field(const FieldRef& ref) const;
  [[nodiscard]] Value thread_field(const FieldRef& ref) const;
  [[nodiscard]] Value executable_field(Field field) const;
  [[nodiscard]] Value ancestor_field(const FieldRef& ref) const;
  [[nodiscard]] Value one_of(Field field, const Process& process) const;
  [[nodiscard]] Value environment_of(const Process& process, const FieldRef& ref) const;
  [[nodiscard]] Value leader_field(Field field) const;
  [[nodiscard]] Value stream_field(Field field) const;
  [[nodiscard]] Value user_field(Field field) const;
  [[nodiscard]] const Process& session_leader() const;
  [[nodiscard]] const Process& group_leader() const;
  [[nodiscard]] std::string_view command_line(const Process& process) const;
  [[nodiscard]] std::string_view arguments(const Process& process) const;

  // container_fields.cpp
  [[nodiscard]] Value container_field(const FieldRef& ref) const;
  [[nodiscard]] Value mount_field(const FieldRef& ref) const;
  [[nodiscard]] Value pod_field(const FieldRef& ref) const;

  // Texts that live as long as the event.
  [[nodiscard]] Value keep(std::string_view made) const { return Value::string(arena_copy(made)); }
  [[nodiscard]] std::string_view arena_copy(std::string_view made) const;
  [[nodiscard]] std::string& scratch() const {
    scratch_.clear();
    return scratch_;
  }

  ViewSources sources_;
  const SensorEvent* event_ = nullptr;
  Reading reading_ = Reading::kResolved;
  bool is_number_constant_ = false;
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;      // of the event before
  std::int64_t previous_ns_ = 0;  // of this one, for the next
  mutable bool asked_volatile_ = false;
  mutable bool has_descriptor_ = false;
  mutable bool is_arena_used_ = false;
  mutable DescriptorFacts descriptor_;
  mutable core::Arena arena_;
  mutable std::string scratch_;
  mutable ProcessTexts texts_;
  mutable std::vector<std::string_view> list_;
  mutable std::vector<std::int64_t> numbers_;
};

}  // namespace yagura::sensor
