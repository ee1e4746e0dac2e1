#include "sensor/capture/scap/scap_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sensor/capture/capture_reader.hpp"
#include "sensor/capture/scap/bytes.hpp"
#include "sensor/capture/scap/format.hpp"
#include "sensor/capture/scap/lists.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxNamed = 8;  // names of events in a remark

}  // namespace

Result<std::unique_ptr<ScapReader>> ScapReader::open(ByteSource source) {
  YAGURA_TRY(scap::BlockReader blocks, scap::BlockReader::open(std::move(source)));
  std::unique_ptr<ScapReader> reader(new ScapReader(std::move(blocks)));
  // Up to the first event, so that the machine is known.
  while (!reader->has_lists_) {
    YAGURA_TRY(const bool has_block, reader->next_block());
    if (!has_block) reader->finish_lists();
  }
  return reader;
}

Result<std::unique_ptr<ScapReader>> ScapReader::open(const std::filesystem::path& path) {
  YAGURA_TRY(ByteSource source, file_source(path));
  auto reader = open(std::move(source));
  if (!reader) return std::unexpected(std::move(reader).error().with_context(path.string()));
  return reader;
}

Result<bool> ScapReader::next_block() {
  std::uint32_t type = 0;
  std::string_view bytes;
  YAGURA_TRY(const bool has_block, blocks_.next(type, bytes));
  if (has_block) take_block(type, bytes);
  return has_block;
}

void ScapReader::finish_lists() {
  if (has_lists_) return;
  has_lists_ = true;
  converter_.finish_lists();
}

void ScapReader::take_block(std::uint32_t type, std::string_view bytes) {
  const scap::EventLayout layout = scap::event_layout(type);
  if (!layout.is_event) {
    // Joined files have lists again; what they say of processes that are known would be old.
    if (!has_lists_) take_lists(type, bytes);
    return;
  }
  finish_lists();
  ++counts_.events;
  if (scap::read_event(bytes, layout, event_)) {
    converter_.event(event_);
  } else {
    ++counts_.bad_blocks;
  }
}

void ScapReader::take_lists(std::uint32_t type, std::string_view bytes) {
  bool is_good = true;
  if (const unsigned version = scap::process_list_version(type); version > 0) {
    is_good = scap::read_threads(bytes, version, [this](const scap::ListedThread& thread) {
      converter_.add_thread(thread);
    });
  } else if (type == scap::kDescriptors || type == scap::kDescriptorsOld ||
             type == scap::kDescriptors2) {
    std::uint64_t tid = 0;
    is_good = scap::read_descriptors(bytes, type == scap::kDescriptors2, tid,
                                     [this, &tid](std::int64_t fd, scap::Descriptor descriptor) {
                                       converter_.add_descriptor(tid, fd, std::move(descriptor));
                                     });
  } else if (type == scap::kUsers || type == scap::kUsersOld || type == scap::kUsers2) {
    is_good = scap::read_users(bytes, type == scap::kUsers2, users_, groups_);
  } else if (type == scap::kMachine || type == scap::kMachineOld) {
    scap::Bytes machine(bytes);
    machine.take(4 + 8 + 8);  // processors, memory, highest pid
    machine_.hostname = scap::as_text(machine.take(128));
    machine_.program = "Falco or sysdig";
    is_good = !machine.is_short();
  }
  if (!is_good) ++counts_.bad_blocks;
}

Result<bool> ScapReader::next(RecordView& record) {
  while (true) {
    while (converter_.next(record_)) {
      auto read = RecordView::read(record_);
      if (!read) continue;  // cannot be: they are made here
      record = *read;
      return true;
    }
    YAGURA_TRY(const bool has_block, next_block());
    if (!has_block) return false;
  }
}

ScapReaderCounts ScapReader::counts() const {
  ScapReaderCounts counts = counts_;
  counts.is_cut = blocks_.is_cut();
  counts.converted = converter_.counts();
  return counts;
}

std::vector<std::string> ScapReader::remarks() const {
  const ScapReaderCounts all = counts();
  std::vector<std::string> lines;
  if (all.is_cut) lines.emplace_back("the capture is cut off: read up to the last whole block");
  if (all.bad_blocks > 0) lines.push_back(fmt::format("{} blocks are damaged", all.bad_blocks));
  if (all.converted.unknown_events > 0) {
    lines.push_back(fmt::format("{} events are of types that this program does not know",
                                all.converted.unknown_events));
  }
  if (all.converted.generic > 0) {
    lines.push_back(
        fmt::format("{} calls are recorded without name or arguments", all.converted.generic));
  }
  std::vector<std::pair<std::uint64_t, std::string_view>> names;
  std::uint64_t total = 0;
  for (const auto& [name, count] : all.converted.left_out) {
    names.emplace_back(count, name);
    total += count;
  }
  if (names.empty()) return lines;
  std::sort(names.rbegin(), names.rend());
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxNamed); ++i) {
    text += fmt::format("{}{} {}", i > 0 ? ", " : "", names[i].second, names[i].first);
  }
  if (names.size() > kMaxNamed) text += ", …";
  lines.push_back(fmt::format("{} events have no counterpart here: {}", total, text));
  return lines;
}

}  // namespace yagura::sensor
