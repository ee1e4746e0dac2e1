// Profile files: what is read is written so that it reads as the same; what is merged with itself
// stays; exports of any profile end and hold no line breaks of its texts' making.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "kube/reader.hpp"
#include "sensor/analysis/export/apparmor.hpp"
#include "sensor/analysis/export/network_policy.hpp"
#include "sensor/analysis/export/runtime_policy.hpp"
#include "sensor/analysis/export/seccomp.hpp"
#include "sensor/analysis/export/security_context.hpp"
#include "sensor/analysis/profile/profile_json.hpp"

namespace {

using namespace yagura;

void check_document(const std::string& text, const char* what) {
  Diagnostics diagnostics;
  const auto documents = kube::read_documents(
      std::make_shared<const kube::Source>("x", text, kube::SourceFormat::kYaml), diagnostics);
  YAGURA_CHECK(!diagnostics.has_errors() && documents.size() == 1, what);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  YAGURA_CHECK(sensor::unescape_feature(sensor::escape_feature(text)) == text, "escapes come back");
  const auto profile = sensor::read_profile(text, "p.json");
  if (!profile) return 0;
  const std::string once = sensor::profile_json(**profile);
  const auto again = sensor::read_profile(once, "p.json");
  YAGURA_CHECK(again.has_value(), "what is written is read");
  YAGURA_CHECK(sensor::profile_json(**again) == once, "as the same");
  (*again)->merge(**profile);
  (*again)->is_changed = false;
  YAGURA_CHECK((*again)->count_new() <= (*profile)->count_new(), "nothing newer by itself");
  check_document(sensor::seccomp_profile(**profile), "a document");
  if (const auto policy = sensor::network_policy(**profile)) check_document(*policy, "a document");
  if (const auto policy = sensor::runtime_policy(**profile)) check_document(*policy, "a document");
  if (const auto patch = sensor::security_context_patch(**profile)) {
    check_document(*patch, "a document");
  }
  const std::string apparmor = sensor::apparmor_profile(**profile);
  for (const char c : apparmor) YAGURA_CHECK(c == '\n' || (c >= 0x20 && c < 0x7f), "plain text");
  return 0;
}
