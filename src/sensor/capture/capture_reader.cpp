#include "sensor/capture/capture_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rules/event_type.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int32_t kUnknownType = -1;
constexpr std::size_t kMaxTypes = 4096;
constexpr std::size_t kMaxUsers = 100'000;

bool is_call(const ygr_header& header) {
  return header.kind == YGR_CALL || header.kind == YGR_EXEC || header.kind == YGR_FORK ||
         header.kind == YGR_EXIT;
}

}  // namespace

Result<ByteSource> file_source(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  const std::shared_ptr<const int> owner(new int(fd), [](const int* at) {
    close(*at);
    delete at;
  });
  return [owner, name = path.string()](std::span<std::byte> to) -> Result<std::size_t> {
    ssize_t got = 0;
    do {
      got = read(*owner, to.data(), to.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      return fail(ErrorCode::kIo, fmt::format("{}: {}", name, std::strerror(errno)));
    }
    return static_cast<std::size_t>(got);
  };
}

ByteSource memory_source(std::span<const std::byte> bytes) {
  return [bytes](std::span<std::byte> to) mutable -> Result<std::size_t> {
    const std::size_t size = std::min(to.size(), bytes.size());
    if (size > 0) std::memcpy(to.data(), bytes.data(), size);
    bytes = bytes.subspan(size);
    return size;
  };
}

Result<std::unique_ptr<CaptureReader>> CaptureReader::open(ByteSource source) {
  YAGURA_TRY(BlockReader blocks, BlockReader::open(std::move(source)));
  std::unique_ptr<CaptureReader> reader(new CaptureReader(std::move(blocks)));
  YAGURA_TRY([[maybe_unused]] const bool has_records, reader->next_block());
  return reader;
}

Result<std::unique_ptr<CaptureReader>> CaptureReader::open(const std::filesystem::path& path) {
  YAGURA_TRY(ByteSource source, file_source(path));
  auto reader = open(std::move(source));
  if (!reader) return std::unexpected(std::move(reader).error().with_context(path.string()));
  return reader;
}

// Facts are taken on the way to the next block of records.
Result<bool> CaptureReader::next_block() {
  BlockType type{};
  std::string_view bytes;
  while (true) {
    YAGURA_TRY(const bool has_block, blocks_.next(type, bytes));
    if (!has_block) return false;
    if (type == BlockType::kRecords) {
      rest_ = bytes;
      return true;
    }
    take_facts(bytes);
  }
}

void CaptureReader::take_facts(std::string_view json) {
  Facts facts;
  if (!read_facts(json, facts)) {
    ++counts_.bad_facts;
    return;
  }
  if (facts.has_machine) machine_ = std::move(facts.machine);
  if (!facts.event_types.empty()) {
    types_.clear();
    for (const std::string& name : facts.event_types) {
      if (types_.size() == kMaxTypes) break;
      const auto type = rules::find_event_type(name);
      types_.push_back(type.has_value() ? *type : kUnknownType);
    }
  }
  for (ContainerFact& fact : facts.containers) {
    containers_.set(fact.cgroup_id, std::move(fact.container));
  }
  // A file says its users again after the writer dropped something.
  if (!facts.users.empty() && facts.users.size() <= kMaxUsers) users_ = std::move(facts.users);
  if (!facts.groups.empty() && facts.groups.size() <= kMaxUsers) {
    groups_ = std::move(facts.groups);
  }
  counts_.dropped_events += facts.dropped;
}

// False: the record is left out. Precondition: rest_ is not empty.
bool CaptureReader::take_record(RecordView& record) {
  ygr_u32 size = 0;
  if (rest_.size() >= sizeof(size)) std::memcpy(&size, rest_.data(), sizeof(size));
  if (size < sizeof(ygr_header) || size > rest_.size() || size > YGR_MAX_RECORD) {
    // No frame to go on with.
    rest_ = {};
    ++counts_.bad_records;
    return false;
  }
  const auto bytes = std::as_bytes(std::span(rest_.data(), size));
  copy_.assign(bytes.begin(), bytes.end());
  rest_.remove_prefix(size);
  ygr_header header{};
  std::memcpy(&header, copy_.data(), sizeof(header));
  const std::int32_t type = header.type < types_.size() ? types_[header.type] : kUnknownType;
  if (type == kUnknownType && is_call(header)) {
    ++counts_.unknown_types;
    return false;
  }
  header.type = type == kUnknownType ? rules::kPluginEvent : static_cast<ygr_u16>(type);
  std::memcpy(copy_.data(), &header, sizeof(header));
  auto read = RecordView::read(copy_);
  if (!read || header.kind >= YGR_KINDS) {
    ++counts_.bad_records;
    return false;
  }
  record = *read;
  ++counts_.records;
  return true;
}

Result<bool> CaptureReader::next(RecordView& record) {
  while (true) {
    while (!rest_.empty()) {
      if (take_record(record)) return true;
    }
    YAGURA_TRY(const bool has_block, next_block());
    if (!has_block) return false;
  }
}

CaptureReaderCounts CaptureReader::counts() const {
  CaptureReaderCounts counts = counts_;
  counts.blocks = blocks_.counts();
  return counts;
}

std::vector<std::string> CaptureReader::remarks() const {
  const CaptureReaderCounts all = counts();
  std::vector<std::string> lines;
  const auto say = [&lines](std::uint64_t count, std::string_view what) {
    if (count > 0) lines.push_back(fmt::format("{} {}", count, what));
  };
  if (all.blocks.is_cut)
    lines.emplace_back("the capture is cut off: read up to the last whole block");
  say(all.blocks.damaged, "blocks were damaged and left out");
  say(all.blocks.unknown, "blocks are of a later version and were left out");
  say(all.bad_facts, "blocks of facts could not be read");
  say(all.bad_records, "records could not be read");
  say(all.unknown_types, "events are of types that this program does not know");
  say(all.dropped_events, "events were dropped when the capture was written");
  return lines;
}

}  // namespace yagura::sensor
