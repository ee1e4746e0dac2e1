// Entries of the layer cache: any bytes, with a right checksum, are read safely; what was read and
// is written again reads the same; and laying it over itself is safe.

#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "image/cache/layer_codec.hpp"
#include "image/merge/inventory_maker.hpp"
#include "image/merge/merged_image.hpp"

namespace {

using namespace yagura::image;  // NOLINT(google-build-using-namespace)

// The header begins with eight bytes of magic and the checksum of what follows it.
void mend(std::string& bytes) {
  if (bytes.size() < 32) return;
  std::memcpy(bytes.data(), "ygrlayer", 8);
  const std::uint64_t sum = XXH3_64bits(bytes.data() + 16, bytes.size() - 16);
  std::memcpy(bytes.data() + 8, &sum, 8);
}

void look_at(std::vector<LayerFacts> layers) {
  const MergedImage image(std::move(layers));
  for (const MergedFile& file : image.files()) {
    YAGURA_CHECK(file.file->whiteout == LayerFile::Whiteout::kNone, "whiteouts are not visible");
    (void)image.facts(file);
    (void)image.resolve(file.path);
  }
  Inventory inventory;
  fill_inventory(image, Ownership(image), inventory);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::make_shared<std::string>(reinterpret_cast<const char*>(data), size);
  mend(*bytes);
  auto first = decode_layer(*bytes, bytes, "key");
  if (!first) return 0;
  const auto again = std::make_shared<std::string>(encode_layer(*first, "key"));
  auto second = decode_layer(*again, again, "key");
  YAGURA_CHECK(second && second->facts == first->facts && second->digest == first->digest &&
                   second->files.size() == first->files.size(),
               "what is written again reads the same");
  YAGURA_CHECK(*again == encode_layer(*second, "key"), "and is the same bytes");
  std::vector<LayerFacts> layers;
  layers.push_back(std::move(*first));
  layers.push_back(std::move(*second));
  look_at(std::move(layers));
  return 0;
}
