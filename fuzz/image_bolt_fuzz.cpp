// bbolt databases. Checksums of the two meta pages are made right first: else nothing behind them
// would be reached.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "image/source/bolt_reader.hpp"

namespace {

using namespace yagura::image;

constexpr BoltLimits kLimits{
    .max_node = 1 << 16, .max_depth = 8, .max_pages = 500, .max_keys = 1000};

void mend_checksum(std::string& bytes, std::size_t page) {
  const std::size_t meta = page + 16;
  if (bytes.size() < meta + 64) return;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = meta; i < meta + 56; ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3;
  }
  std::memcpy(bytes.data() + meta + 56, &hash, 8);
}

void walk(BoltReader& reader, const BoltReader::Path& path, int depth) {
  const auto values = reader.values(path);
  if (values) YAGURA_CHECK(values->size() <= kLimits.max_keys, "lists are bounded");
  for (std::size_t i = 0; values && i < values->size() && i < 5; ++i) {
    const auto value = reader.get(path, (*values)[i]);
    if (value && *value) YAGURA_CHECK((*value)->size() <= kLimits.max_node, "values are bounded");
  }
  const auto buckets = reader.buckets(path);
  for (std::size_t i = 0; buckets && depth < 4 && i < buckets->size() && i < 5; ++i) {
    BoltReader::Path deeper = path;
    deeper.push_back((*buckets)[i]);
    walk(reader, deeper, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  mend_checksum(bytes, 0);
  mend_checksum(bytes, 1024);
  std::size_t most = 0;
  auto reader = BoltReader::open(
      [&](std::uint64_t offset, std::span<char> out) -> yagura::Result<void> {
        if (offset > bytes.size() || out.size() > bytes.size() - offset) {
          return yagura::fail(yagura::ErrorCode::kInvalidInput, "cut off");
        }
        most = std::max(most, out.size());
        std::memcpy(out.data(), bytes.data() + offset, out.size());
        return {};
      },
      kLimits);
  if (!reader) return 0;
  walk(*reader, {}, 0);
  YAGURA_CHECK(most <= kLimits.max_node, "no node is larger than the limit");
  return 0;
}
