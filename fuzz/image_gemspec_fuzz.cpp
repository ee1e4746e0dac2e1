// Specifications of gems, and Gemfile.lock.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/ruby/gemfile_lock.hpp"
#include "image/packages/ruby/gemspec.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  check_reader(PackageType::kGem, [&](FileFacts& facts) { read_gemspec(text, facts); });
  check_reader(PackageType::kGem, [&](FileFacts& facts) { read_gemfile_lock(text, facts); });
  FileFacts facts;
  read_gemspec(text, facts);
  YAGURA_CHECK(facts.packages.size() + facts.problems.size() == 1, "a gem, or why not");
  return 0;
}
