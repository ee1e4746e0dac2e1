#include "image/secrets/secret_analyzer.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "image/secrets/scanner.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxText = std::size_t{32} << 20;
constexpr std::size_t kMaxBinary = std::size_t{128} << 20;
constexpr std::size_t kSmallest = 12;  // bytes; no secret fits in less

// Compressed: what is inside cannot be seen without reading it as what it is.
bool is_opaque(std::string_view head) {
  constexpr std::string_view kMagics[] = {"\x1f\x8b",
                                          "\x28\xb5\x2f\xfd",
                                          "\xfd"
                                          "7zXZ",
                                          "BZh",
                                          "7z\xbc\xaf",
                                          "Rar!",
                                          "\x89PNG",
                                          "\xff\xd8\xff",
                                          "GIF8",
                                          "OggS",
                                          "fLaC",
                                          "ID3",
                                          "wOFF",
                                          "wOF2",
                                          "\x04\"M\x18"};
  return std::ranges::any_of(kMagics,
                             [&](std::string_view magic) { return head.starts_with(magic); });
}

bool is_text(std::string_view head) { return !head.substr(0, 4096).contains('\0'); }

class SecretAnalyzer final : public Analyzer {
 public:
  std::string_view name() const override { return "secrets"; }
  std::uint64_t version() const override { return 3; }

  bool wants(const FileEntry& file, std::string_view head) const override {
    if (file.size < kSmallest || is_opaque(head)) return false;
    // Catalogues of messages and time zones: many, binary, never secret.
    return !file.path.ends_with(".mo") && !file.path.starts_with("usr/share/zoneinfo/");
  }

  void analyze(const FileEntry& file, const FileContent& content, FileFacts& facts) const override {
    std::string_view text = content.bytes();
    const bool readable = is_text(text.substr(0, 4096));
    const std::size_t most = readable ? kMaxText : kMaxBinary;
    if (text.size() > most) {
      facts.problems.push_back("secrets: only the first " + std::to_string(most >> 20) +
                               " MiB were searched");
      text = text.substr(0, most);
    }
    auto found = scanner_.scan(
        text, readable ? SecretScanner::Contents::kText : SecretScanner::Contents::kBinary,
        [&content](std::size_t position) { content.forget(position); });
    for (Secret& secret : found.secrets) {
      if (!readable) secret.line = 0;
      if (is_known_harmless(file, secret)) continue;
      if (is_documentation(file.path) && !is_of_an_issuer(secret))
        secret.severity = std::min(secret.severity, kInDocuments);
      facts.secrets.push_back(std::move(secret));
    }
    if (found.gave_up) {
      facts.problems.push_back("secrets: too many places look like one; some were passed over");
    }
    if (found.dropped > 0) {
      facts.problems.push_back("secrets: " + std::to_string(found.dropped) +
                               " more are not listed");
    }
  }

 private:
  // /etc/shadow is where password hashes belong; its own check judges them (empty, weak).
  static bool is_known_harmless(const FileEntry& file, const Secret& secret) {
    return secret.rule == "htpasswd" && file.path.ends_with("etc/shadow");
  }

  // What packages publish of themselves is known to everybody; it stays listed.
  static constexpr auto kInDocuments = model::Severity::kLow;
  static bool is_documentation(std::string_view path) {
    return path.starts_with("usr/share/doc/") || path.ends_with(".egg-info/PKG-INFO") ||
           path.ends_with(".dist-info/METADATA");
  }

  // Has a checksum or structure that only the issuer gives; examples of keys and of tokens are well
  // formed, too.
  static bool is_of_an_issuer(const Secret& secret) {
    return secret.verified && secret.rule != "private-key" && secret.rule != "jwt";
  }

  SecretScanner scanner_;
};

}  // namespace

std::unique_ptr<const Analyzer> make_secret_analyzer() {
  return std::make_unique<SecretAnalyzer>();
}

}  // namespace yagura::image
