// Any bytes as a .scap file, and as the blocks of one: every record that comes out is whole and of
// a kind that a capture may have, and paths are absolute.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/check.hpp"
#include "sensor/capture/capture_reader.hpp"
#include "sensor/capture/scap/scap_reader.hpp"
#include "sensor/capture/scap/testing.hpp"

namespace {

using namespace yagura;
using namespace yagura::sensor;

void drain(std::span<const std::byte> file) {
  auto reader = ScapReader::open(memory_source(file));
  if (!reader) return;
  std::uint64_t records = 0;
  RecordView record;
  while (true) {
    const auto more = (*reader)->next(record);
    YAGURA_CHECK(more.has_value(), "memory cannot fail");
    if (!*more) break;
    ++records;
    const auto kind = record.header().kind;
    YAGURA_CHECK(kind <= YGR_EXIT || kind == YGR_DNS || kind == YGR_TASK, "a kind of captures");
    YAGURA_CHECK(record.bytes().size() == record.header().size, "a record is whole");
    const std::string_view cwd = record.text(YGR_S_CWD);
    YAGURA_CHECK(cwd.empty() || cwd.starts_with('/'), "a working directory is absolute");
    (void)(*reader)->containers().find(record.header().cgroup_id);
  }
  YAGURA_CHECK(records == (*reader)->counts().converted.records, "none is lost on the way");
  (void)(*reader)->remarks();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  drain(input);
  // The same bytes cut into blocks: the first byte chooses the type, the second the size.
  constexpr std::uint32_t kTypes[] = {0x216, 0x217, 0x204, 0x221, 0x215, 0x202, 0x209, 0x218,
                                      0x203, 0x220, 0x201, 0x216, 0x216, 0x216, 0x216, 0x216};
  std::string file = scap::testing::section_header();
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (rest.size() > 2) {
    const std::uint32_t type = kTypes[static_cast<unsigned char>(rest[0]) % std::size(kTypes)];
    const std::size_t length =
        std::min<std::size_t>(static_cast<unsigned char>(rest[1]), rest.size() - 2);
    file += scap::testing::block(type, std::string(rest.substr(2, length)));
    rest.remove_prefix(2 + length);
  }
  drain(std::as_bytes(std::span(file)));
  return 0;
}
