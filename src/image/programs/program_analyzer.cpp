#include "image/programs/program_analyzer.hpp"

#include "image/programs/elf.hpp"

namespace yagura::image {
namespace {

class ProgramAnalyzer final : public Analyzer {
 public:
  std::string_view name() const override { return "programs"; }
  std::uint64_t version() const override { return 1; }

  bool wants(const FileEntry& file, std::string_view head) const override {
    return head.starts_with(
               "\x7f"
               "ELF") ||
           (head.starts_with("#!") && file.is_executable());
  }

  void analyze(const FileEntry& /*file*/, const FileContent& content,
               FileFacts& facts) const override {
    const std::string_view bytes = content.bytes();
    facts.executable = bytes.starts_with("#!") ? read_script(bytes) : read_program(bytes);
  }
};

}  // namespace

std::unique_ptr<const Analyzer> make_program_analyzer() {
  return std::make_unique<ProgramAnalyzer>();
}

}  // namespace yagura::image
