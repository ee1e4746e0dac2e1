// Arbitrary records through the process table, the view and rules. Input: two bytes of length and
// so many bytes of record, again and again; what is not a record is made one: header and sections
// are put together from the bytes, so that most of the input gets past RecordView::read.

#include <cstdint>
#include <cstring>
#include <memory>

#include "core/check.hpp"
#include "rules/fields/fields_syscall.hpp"
#include "rules/output/value_text.hpp"
#include "sensor/detect/alert_writer.hpp"
#include "sensor/detect/testing/scene.hpp"
#include "sensor/process/process_table.hpp"

namespace {

using namespace yagura;
using namespace yagura::sensor;

constexpr std::size_t kMaxProcesses = 64;

constexpr std::string_view kRules = R"(
- rule: Opens
  desc: x
  condition: evt.type in (open, openat) and fd.name contains e and proc.aname != x
  output: "%fd.name %proc.cmdline %evt.args %user.name %container.id"
  priority: WARNING
- rule: Others
  desc: x
  condition: evt.arg.flags exists or fd.rip exists or proc.duration > 5
  output: "%evt.args %fd.name"
  priority: NOTICE
)";

// Asks every field of every event, some of them twice: an answer must be well-formed and stay the
// same.
class Asker : public EventConsumer {
 public:
  Asker(const ProcessTable& processes, UserNames& users)
      : view_({.processes = &processes, .users = &users, .hostname = "n"}) {}
  void on_event(const SensorEvent& event) override {
    std::size_t chain = 0;
    for (const Process* at = event.process; at != nullptr; at = at->parent.get()) ++chain;
    YAGURA_CHECK(chain <= 129, "chains of ancestors are bounded");
    YAGURA_CHECK(event.process->image != nullptr, "every process has an image");
    const auto fields = rules::fields_of(rules::Source::kSyscall);
    for (const Reading reading : {Reading::kResolved, Reading::kAsGiven}) {
      view_.set(event, reading);
      if (reading == Reading::kAsGiven && !view_.has_two_names()) break;
      for (std::size_t id = 0; id < fields.size(); ++id) {
        rules::FieldRef ref{.id = static_cast<rules::FieldId>(id)};
        if (fields[id].argument == rules::FieldArgument::kRequired) ref.key = "flags";
        once_.clear();
        rules::append_text(once_, view_.get(ref));
        if ((id + event.number) % 16 != 0) continue;
        twice_.clear();
        rules::append_text(twice_, view_.get(ref));
        YAGURA_CHECK(once_ == twice_, "a field says the same when it is asked again");
      }
    }
  }

 private:
  SensorEventView view_;
  std::string once_;
  std::string twice_;
};

// The sections of the bytes: id, size, bytes. Each stands at most once.
RecordView record_of(std::span<const std::uint8_t> bytes, RecordWriter& writer) {
  ygr_header header{};
  std::memcpy(&header, bytes.data(), std::min(bytes.size(), sizeof(header)));
  header.kind %= YGR_KINDS;
  header.pid %= 40;
  header.cpu %= 8;
  writer.begin(header);
  bytes = bytes.subspan(std::min(bytes.size(), sizeof(header)));
  std::uint64_t seen = 0;
  while (bytes.size() > 3) {
    const auto id = static_cast<unsigned>(1 + bytes[0] % (YGR_SECTION_IDS - 1));
    std::size_t size = static_cast<std::size_t>(bytes[1]) * (bytes[2] % 3U + 1);
    bytes = bytes.subspan(3);
    size = std::min(size, bytes.size());
    if ((seen >> id & 1U) == 0) {
      writer.add(static_cast<ygr_section_id>(id),
                 {reinterpret_cast<const char*>(bytes.data()), size});
    }
    seen |= std::uint64_t{1} << id;
    bytes = bytes.subspan(size);
  }
  return *RecordView::read(writer.finish());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto rules = sensor::testing::rules_of(kRules);
  sensor::testing::ScriptedResolver resolver;
  auto container = std::make_shared<Container>();
  container->id = std::string(64, 'a');
  resolver.set(7, container);
  UserNames users({.host_root = "/nowhere", .proc = {}});
  Pipeline pipeline(resolver, {.max_processes = kMaxProcesses});
  Asker asker(pipeline.processes(), users);
  std::size_t lines = 0;
  const ViewSources sources{.processes = &pipeline.processes(), .users = &users};
  AlertWriter writer({.format = AlertFormat::kJson}, sources, [&lines](std::string_view line) {
    YAGURA_CHECK(line.find('\n') == std::string_view::npos, "an alert is one line");
    ++lines;
  });
  Detector detector(rules, {.matching = Matching::kAll, .remembered_verdicts = 64}, sources,
                    writer);
  pipeline.add_consumer(asker);
  pipeline.add_consumer(detector);
  std::span<const std::uint8_t> bytes(data, size);
  RecordWriter made;
  while (bytes.size() > 2) {
    const std::size_t length =
        std::min<std::size_t>((bytes[0] | bytes[1] << 8U) % 2'048U, bytes.size() - 2);
    const auto piece = bytes.subspan(2, length);
    bytes = bytes.subspan(2 + length);
    if (const auto read = RecordView::read(std::as_bytes(piece))) pipeline.feed(*read);
    pipeline.feed(record_of(piece, made));
    YAGURA_CHECK(pipeline.processes().objects() <= kMaxProcesses + 2, "the table is bounded");
  }
  YAGURA_CHECK(detector.counts().fired == lines, "what fires is written");
  return 0;
}
