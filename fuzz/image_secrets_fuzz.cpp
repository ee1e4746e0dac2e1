// Secrets in any bytes: what is found stands in the text's lines, shows no more than it may, and
// the same text gives the same answer.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/visible_text.hpp"
#include "image/secrets/scanner.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const yagura::image::SecretScanner scanner;
  using Contents = yagura::image::SecretScanner::Contents;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto found = scanner.scan(text, Contents::kText);
  if (found.secrets != scanner.scan(text, Contents::kText).secrets) std::abort();
  std::size_t lines = 1;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  std::uint32_t last = 0;
  for (const auto& secret : found.secrets) {
    if (secret.line < last || secret.line == 0 || secret.line > lines) std::abort();
    if (secret.excerpt.size() > 160 || secret.fingerprint.size() != 16) std::abort();
    // Seen once more, valid UTF-8 of one line stays what it is.
    if (yagura::core::visible(secret.excerpt) != secret.excerpt) std::abort();
    last = secret.line;
  }
  if (scanner.scan(text, Contents::kBinary).secrets.size() > found.secrets.size()) std::abort();
  return 0;
}
