#include "image/packages/ruby/ruby_analyzer.hpp"

#include "image/packages/collect/path.hpp"
#include "image/packages/ruby/gemfile_lock.hpp"
#include "image/packages/ruby/gemspec.hpp"

namespace yagura::image {
namespace {

bool is_specification(std::string_view path) {
  return path.ends_with(".gemspec") && is_below(path, "specifications");
}

// A gem's own lock file is for those who make the gem.
bool is_lock(const FileEntry& file) {
  const std::string_view name = file.name();
  return (name == "Gemfile.lock" || name == "gems.locked") && !is_below(file.path, "gems");
}

}  // namespace

bool RubyAnalyzer::wants(const FileEntry& file, std::string_view /*head*/) const {
  return is_specification(file.path) || is_lock(file);
}

void RubyAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                           FileFacts& facts) const {
  if (is_specification(file.path)) return read_gemspec(content.bytes(), facts);
  if (is_lock(file)) read_gemfile_lock(content.bytes(), facts);
}

}  // namespace yagura::image
