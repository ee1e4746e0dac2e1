#include "sensor/replay/recording.hpp"

#include <array>
#include <cstring>

#include "sensor/capture/capture_reader.hpp"
#include "sensor/capture/format.hpp"
#include "sensor/capture/scap/scap_reader.hpp"

namespace yagura::sensor {

namespace {

template <typename Reader>
Result<std::unique_ptr<RecordSource>> open_as(const std::filesystem::path& path) {
  YAGURA_TRY(std::unique_ptr<RecordSource> source, Reader::open(path));
  return source;
}

}  // namespace

Result<std::unique_ptr<RecordSource>> open_recording(const std::filesystem::path& path) {
  std::array<std::byte, sizeof(kCaptureMagic)> magic{};
  {
    YAGURA_TRY(const ByteSource file, file_source(path));
    YAGURA_TRY(const std::size_t got, file(magic));
    if (got == magic.size() && std::memcmp(magic.data(), kCaptureMagic.data(), magic.size()) == 0) {
      return open_as<CaptureReader>(path);
    }
    const auto is = [&magic, got](std::initializer_list<unsigned> bytes) {
      std::size_t at = 0;
      for (const unsigned byte : bytes) {
        if (at >= got || magic[at++] != std::byte(byte)) return false;
      }
      return true;
    };
    if (is({0x0a, 0x0d, 0x0d, 0x0a}) || is({0x1f, 0x8b})) return open_as<ScapReader>(path);
  }
  return fail(ErrorCode::kInvalidInput,
              path.string() + ": neither a capture of Yagura's nor of Falco's (.scap)");
}

}  // namespace yagura::sensor
