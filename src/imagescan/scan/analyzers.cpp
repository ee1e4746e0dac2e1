#include "imagescan/scan/analyzers.hpp"

#include "image/distro/distro_analyzer.hpp"
#include "image/malware/content_rules.hpp"
#include "image/malware/hash_list.hpp"
#include "image/malware/yara_analyzer.hpp"
#include "image/packages/apk/apk_analyzer.hpp"
#include "image/packages/dpkg/dpkg_analyzer.hpp"
#include "image/packages/language/language_analyzers.hpp"
#include "image/packages/opkg/opkg_analyzer.hpp"
#include "image/packages/rpm/rpm_analyzer.hpp"
#include "image/programs/program_analyzer.hpp"
#include "image/secrets/secret_analyzer.hpp"

namespace yagura::imagescan {
namespace {

bool asks_for(const ScanRequest& request, Section section) {
  return (request.sections & static_cast<std::uint32_t>(section)) != 0;
}

}  // namespace

Result<image::Analyzers> make_analyzers(const ScanRequest& request, Diagnostics& diagnostics) {
  image::Analyzers out;
  out.push_back(std::make_unique<image::DistroAnalyzer>());
  out.push_back(std::make_unique<image::DpkgAnalyzer>());
  out.push_back(std::make_unique<image::ApkAnalyzer>());
  out.push_back(std::make_unique<image::RpmAnalyzer>());
  out.push_back(std::make_unique<image::OpkgAnalyzer>());
  image::add_language_analyzers(out);
  if (asks_for(request, Section::kSecrets)) out.push_back(image::make_secret_analyzer());
  if (asks_for(request, Section::kMalware)) {
    out.push_back(image::make_content_analyzer());
    if (!request.hash_list.empty()) {
      YAGURA_TRY(auto hashes, image::make_hash_analyzer(request.hash_list, diagnostics));
      out.push_back(std::move(hashes));
    }
    if (!request.yara.empty()) {
      YAGURA_TRY(auto yara, image::make_yara_analyzer(request.yara, diagnostics));
      out.push_back(std::move(yara));
    }
  }
  if (asks_for(request, Section::kSize)) out.push_back(image::make_program_analyzer());
  return out;
}

}  // namespace yagura::imagescan
