// RPM databases in the form of SQLite: any bytes, and databases that were built and broken.

#include "image/packages/rpm/sqlite.hpp"
#include "image/packages/rpm/testing/build.hpp"
#include "image_rpm_database.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzzing::check_any(bytes, each_sqlite_package);
  // Real databases begin with their magic; these don't.
  if (bytes.starts_with('B')) {
    fuzzing::check_built(
        bytes.substr(1),
        [](const std::vector<std::string>& blobs) { return testing_rpm::build_sqlite(blobs, 512); },
        each_sqlite_package);
  }
  return 0;
}
