// RPM databases in the form of rpm's own form: any bytes, and databases that were built and broken.

#include "image/packages/rpm/ndb.hpp"
#include "image/packages/rpm/testing/build.hpp"
#include "image_rpm_database.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzzing::check_any(bytes, each_ndb_package);
  // Real databases begin with their magic; these don't.
  if (bytes.starts_with('B')) {
    fuzzing::check_built(
        bytes.substr(1),
        [](const std::vector<std::string>& blobs) { return testing_rpm::build_ndb(blobs); },
        each_ndb_package);
  }
  return 0;
}
