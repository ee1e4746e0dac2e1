// Every transformation of any text: output within its bound, the same whatever the buffer held,
// the text itself where no trigger byte is in it; and a chain is the composition of its links. The
// first bytes choose the chain.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "waf/transform/transform.hpp"

namespace {

using namespace yagura;
using namespace yagura::waf;

constexpr std::size_t kMaxLinks = 6;
constexpr std::size_t kMaxChained = 1 << 16;  // repeated encoding grows

void check_one(Transform transform, std::string_view text) {
  std::string fresh;
  std::string used = "left over from the last value";
  const std::string_view result = apply(transform, text, fresh);
  YAGURA_CHECK(result.size() <= 4 * text.size() + 20, "the output is bounded");
  YAGURA_CHECK(apply(transform, text, used) == result, "the buffer's content does not matter");
  YAGURA_CHECK(result != text || result.data() == text.data(), "no change, no copy");
  if (!text.empty() && !bytes_in(text).intersects(triggers(transform))) {
    YAGURA_CHECK(result.data() == text.data(), "without triggers nothing changes");
  }
}

std::string compose(const std::vector<Transform>& transforms, std::string_view text) {
  std::string current(text);
  for (const Transform transform : transforms) {
    std::string out;
    current = std::string(apply(transform, current, out));
  }
  return current;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(std::min(size, kMaxLinks));
  for (std::size_t i = 0; i < kTransformCount; ++i) check_one(static_cast<Transform>(i), text);
  if (text.size() > kMaxChained) return 0;

  std::vector<Transform> transforms;
  for (const char byte : input.substr(0, kMaxLinks)) {
    const auto number = static_cast<unsigned char>(byte);
    if (number < kTransformCount) transforms.push_back(static_cast<Transform>(number));
  }
  const TransformChain chain(transforms);
  TransformChain::Buffers buffers;
  YAGURA_CHECK(chain.apply(text, buffers) == compose(transforms, text), "a chain is a composition");
  return 0;
}
