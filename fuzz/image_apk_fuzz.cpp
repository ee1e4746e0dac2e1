// Alpine's database: bounded, and what is read reads back as the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "image/packages/apk/installed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  FileFacts facts;
  read_apk_installed(text, facts,
                     {.max_packages = 1000, .max_relations = 5000, .max_paths_text = 10'000});
  YAGURA_CHECK(facts.packages.size() <= 1000, "the limit holds");
  YAGURA_CHECK(facts.problems.size() <= 12, "problems are few");
  std::string again;
  std::size_t names = 0;
  std::size_t paths_text = 0;
  for (const Package& package : facts.packages) {
    YAGURA_CHECK(!package.name.empty() && !package.version.empty(), "what is no package is none");
    names += package.depends.size() + package.provides.size();
    for (const std::string_view path : package.files) paths_text += path.size();
    again += "P:" + package.name + "\nV:" + package.version + "\no:" + package.source() + "\n\n";
  }
  YAGURA_CHECK(names <= 5000 && paths_text <= 10'000, "the limit holds");
  FileFacts second;
  read_apk_installed(again, second);
  YAGURA_CHECK(second.packages.size() == facts.packages.size(), "written and read is the same");
  for (std::size_t i = 0; i < facts.packages.size(); ++i) {
    YAGURA_CHECK(second.packages[i].name == facts.packages[i].name &&
                     second.packages[i].version == facts.packages[i].version &&
                     second.packages[i].source() == facts.packages[i].source(),
                 "written and read is the same");
  }
  FileFacts world;
  read_apk_world(text, world);
  for (const PackageNote& note : world.notes) {
    YAGURA_CHECK(!note.package.empty() && note.automatic == false, "a note is of a package");
  }
  return 0;
}
