// TOML, and the lock files written in it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/python/python_locks.hpp"
#include "image/packages/rust/cargo_lock.hpp"
#include "image/packages/toml/toml.hpp"
#include "image_package_facts.hpp"

namespace {

// Depth: dotted keys, within values, each up to the limit of both.
void check_value(const yagura::image::TomlValue& value, std::size_t depth, std::size_t& values) {
  YAGURA_CHECK(depth < 32 * 34, "bounded");
  ++values;
  for (const auto& item : value.items()) check_value(item, depth + 1, values);
  for (const auto& [key, member] : value.members()) check_value(member, depth + 1, values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  const auto value = read_toml(text, {.max_values = 10'000});
  if (value) {
    std::size_t values = 0;
    check_value(*value, 0, values);
    YAGURA_CHECK(values <= 3 * 10'000 + 1, "bounded");
    YAGURA_CHECK(value->is_table(), "a document is a table");
  }
  for (const auto reader : {read_poetry_lock, read_uv_lock, read_pdm_lock, read_pylock}) {
    check_reader(PackageType::kPypi, [&](FileFacts& facts) { reader(text, facts); });
  }
  check_reader(PackageType::kCargo, [&](FileFacts& facts) { read_cargo_lock(text, facts); });
  return 0;
}
