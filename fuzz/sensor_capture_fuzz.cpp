// Any bytes as a capture: it is read in linear time and bounded memory, every record that comes out
// is whole, and what came out can be put into blocks and comes back the same.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/check.hpp"
#include "sensor/capture/block.hpp"
#include "sensor/capture/capture_reader.hpp"

namespace {

using namespace yagura;
using namespace yagura::sensor;

std::vector<std::string> records_of(std::span<const std::byte> file) {
  std::vector<std::string> records;
  auto reader = CaptureReader::open(memory_source(file));
  if (!reader) return records;
  RecordView record;
  while (true) {
    const auto more = (*reader)->next(record);
    YAGURA_CHECK(more.has_value(), "memory cannot fail");
    if (!*more) break;
    YAGURA_CHECK(record.header().kind < YGR_KINDS, "a kind that there is");
    YAGURA_CHECK(record.bytes().size() == record.header().size, "a record is whole");
    (void)(*reader)->containers().find(record.header().cgroup_id);
    records.emplace_back(reinterpret_cast<const char*>(record.bytes().data()),
                         record.bytes().size());
  }
  (void)(*reader)->remarks();
  return records;
}

// Only with the names of event types: numbers are the file's.
std::string file_of(const std::vector<std::string>& records) {
  std::string file;
  append_capture_header(file);
  std::string block;
  for (const std::string& record : records) {
    if (block.size() + record.size() > kMaxBlockSize) {
      append_block(file, BlockType::kRecords, block);
      block.clear();
    }
    block += record;
  }
  append_block(file, BlockType::kRecords, block);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  std::vector<std::string> records = records_of(input);
  // Without names a file's calls are of unknown types, everything else comes back.
  std::erase_if(records, [](const std::string& record) {
    return static_cast<std::uint8_t>(record[4]) <= YGR_EXIT;
  });
  const std::string again = file_of(records);
  YAGURA_CHECK(records_of(std::as_bytes(std::span(again))).size() == records.size(),
               "what was read can be written and read again");
  // The same bytes as one block of records, so that the fuzzer need not find checksums.
  if (size <= kMaxBlockSize) {
    std::string file;
    append_capture_header(file);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    append_block(file, BlockType::kFacts, text);
    append_block(file, BlockType::kRecords, text);
    (void)records_of(std::as_bytes(std::span(file)));
  }
  return 0;
}
