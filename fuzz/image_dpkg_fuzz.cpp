// Debian's and opkg's databases: what is read is bounded and reads back as the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "image/packages/dpkg/copyright.hpp"
#include "image/packages/dpkg/file_list.hpp"
#include "image/packages/dpkg/status.hpp"

namespace {

using namespace yagura::image;

void check_status(std::string_view text, PackageType type) {
  FileFacts facts;
  read_status(text, type, facts, {.max_packages = 1000, .max_relations = 5000});
  YAGURA_CHECK(facts.packages.size() <= 1000, "the limit holds");
  YAGURA_CHECK(facts.problems.size() <= 12, "problems are few");
  std::string again;
  std::size_t names = 0;
  for (const Package& package : facts.packages) {
    YAGURA_CHECK(!package.name.empty() && !package.version.empty(), "what is no package is none");
    YAGURA_CHECK(package.name.find('\n') == std::string::npos, "a name is one line");
    again += "Package: " + package.name + "\nVersion: " + package.version +
             "\nArchitecture: " + package.architecture + "\n\n";
    names += package.depends.size() + package.provides.size();
  }
  YAGURA_CHECK(names <= 5000, "the limit holds");
  FileFacts second;
  read_status(again, type, second);
  YAGURA_CHECK(second.packages.size() == facts.packages.size(), "written and read is the same");
  for (std::size_t i = 0; i < facts.packages.size(); ++i) {
    YAGURA_CHECK(second.packages[i].name == facts.packages[i].name &&
                     second.packages[i].version == facts.packages[i].version &&
                     second.packages[i].architecture == facts.packages[i].architecture,
                 "written and read is the same");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      check_status(text, PackageType::kDeb);
      break;
    case 1:
      check_status(text, PackageType::kOpkg);
      break;
    case 2: {
      FileFacts facts;
      read_automatic_marks(text, PackageType::kDeb, facts);
      for (const PackageNote& note : facts.notes) {
        YAGURA_CHECK(!note.package.empty() && note.automatic == true, "a mark is of a package");
      }
      break;
    }
    case 3: {
      const PathList paths = read_file_list(text);
      for (const std::string_view path : paths) {
        YAGURA_CHECK(!path.starts_with('/'), "paths are relative to the root");
      }
      for (const std::string_view path : read_checksum_list(text)) {
        YAGURA_CHECK(!path.starts_with('/'), "paths are relative to the root");
      }
      break;
    }
    default: {
      const auto licenses = read_copyright(text);
      YAGURA_CHECK(licenses.size() <= kMaxCopyrightLicenses, "the limit holds");
      for (const std::string& license : licenses) {
        YAGURA_CHECK(!license.empty(), "a licence has a name");
      }
      break;
    }
  }
  return 0;
}
