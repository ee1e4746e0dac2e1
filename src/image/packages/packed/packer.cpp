#include "image/packages/packed/packer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace yagura::image {
namespace {

constexpr std::string_view kUpx = "UPX!";
constexpr std::string_view kPyInstaller("MEI\014\013\012\013\016", 8);

std::string_view last(std::string_view bytes, std::size_t size) {
  return bytes.size() <= size ? bytes : bytes.substr(bytes.size() - size);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// UPX writes its first record right behind the program headers, its last one at the end.
bool is_upx(const ObjectFile& object) {
  constexpr std::size_t kNearHeaders = 256;
  constexpr std::size_t kNearEnd = 64;
  const std::uint64_t behind = std::min<std::uint64_t>(object.header_size, object.bytes.size());
  return (object.header_size > 0 && has(object.bytes.substr(behind, kNearHeaders), kUpx)) ||
         has(last(object.bytes, kNearEnd), kUpx);
}

std::optional<PackedBy> by_section_names(const ObjectFile& object) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNames{{
      {"UPX0", "UPX"},
      {"UPX1", "UPX"},
      {".aspack", "ASPack"},
      {".petite", "Petite"},
      {".MPRESS1", "MPRESS"},
      {".themida", "Themida"},
      {".vmp0", "VMProtect"},
      {".vmp1", "VMProtect"},
      {".nsp0", "NsPack"},
  }};
  for (const auto& [name, packer] : kNames) {
    if (object.section(name) != nullptr) {
      return PackedBy{.packer = std::string(packer),
                      .detail = "it has a section " + std::string(name)};
    }
  }
  return std::nullopt;
}

// Compilers' code has about six bits a byte, and section headers, which packers have no use for.
std::optional<PackedBy> by_entropy(const ObjectFile& object) {
  constexpr std::size_t kSmallest = std::size_t{16} << 10;
  constexpr std::size_t kMostCounted = std::size_t{4} << 20;
  constexpr double kRandom = 7.6;
  if (object.format != ObjectFormat::kElf || !object.sections.empty()) return std::nullopt;
  const auto largest = std::ranges::max_element(
      object.segments, {}, [](const ObjectSection& segment) { return segment.bytes.size(); });
  if (largest == object.segments.end() || largest->bytes.size() < kSmallest) return std::nullopt;
  if (entropy_of(largest->bytes.substr(0, kMostCounted)) < kRandom) return std::nullopt;
  return PackedBy{
      .packer = "an unknown packer",
      .detail = "it has no section headers, and its bytes look compressed or encrypted"};
}

}  // namespace

double entropy_of(std::string_view bytes) {
  if (bytes.empty()) return 0;
  std::array<std::uint32_t, 256> counts{};
  for (const char byte : bytes) ++counts[static_cast<unsigned char>(byte)];
  const auto all = static_cast<double>(bytes.size());
  double sum = 0;
  for (const std::uint32_t count : counts) {
    if (count > 0) sum -= count / all * std::log2(count / all);
  }
  return sum;
}

std::optional<PackedBy> packer_of(const ObjectFile& object) {
  if (!object.is_loadable) return std::nullopt;
  if (object.format == ObjectFormat::kPe) {
    if (auto packed = by_section_names(object)) return packed;
  } else if (is_upx(object)) {
    return PackedBy{.packer = "UPX", .detail = "it has UPX's mark"};
  }
  constexpr std::size_t kNearEnd = 4096;  // a signature may stand behind the cookie
  if (has(last(object.bytes, kNearEnd), kPyInstaller)) {
    return PackedBy{.packer = "PyInstaller", .detail = "it has PyInstaller's mark"};
  }
  return by_entropy(object);
}

}  // namespace yagura::image
