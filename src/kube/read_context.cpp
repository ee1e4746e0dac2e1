#include "kube/read_context.hpp"

#include "core/json_text.hpp"
#include "core/utf8.hpp"

namespace yagura::kube {

void ReadContext::report(DiagnosticLevel level, std::uint32_t offset, std::string message,
                         std::string hint) const {
  const Position at = source.position(offset);
  diagnostics.add({.level = level,
                   .file = source.name(),
                   .line = at.line,
                   .column = at.column,
                   .message = std::move(message),
                   .hint = std::move(hint)});
}

void ReadContext::duplicate_key(const Member& first, const Member& last) const {
  const Position before = source.position(first.key_begin);
  const Position at = source.position(last.key_begin);
  error(last.key_begin,
        "key " + shown(last.key) + " is given twice: it stands at " + std::to_string(before.line) +
            ":" + std::to_string(before.column) + " already, and the value at " +
            std::to_string(at.line) + ":" + std::to_string(at.column) + " is the one that counts",
        "remove one of them");
}

std::string shown(std::string_view text) {
  static constexpr std::size_t kLongest = 60;
  std::size_t size = std::min(text.size(), kLongest);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  std::string out;
  core::append_json_string(out, text.substr(0, size));
  if (size < text.size()) out.insert(out.size() - 1, "…");
  return out;
}

}  // namespace yagura::kube
