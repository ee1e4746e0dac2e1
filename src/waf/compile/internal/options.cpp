#include "waf/compile/internal/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <system_error>

#include "core/file.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/directives.hpp"

namespace yagura::waf::internal {
namespace {

namespace fs = std::filesystem;
using seclang::same_name;

class OptionReader {
 public:
  OptionReader(const seclang::PlainDirective& directive, BuildOptions& build, BuildState& state)
      : directive_(directive), build_(build), state_(state) {}

  void read();

  // --- values, as the parser has checked them
  [[nodiscard]] const std::string& text(std::size_t index = 0) const {
    return directive_.arguments[index];
  }
  [[nodiscard]] bool is_on() const { return same_name(text(), "On"); }
  template <typename Number>
  [[nodiscard]] Number number() const {
    constexpr std::uint64_t kMost = std::numeric_limits<Number>::max();
    return static_cast<Number>(std::min(read_number(text()).value_or(kMost), kMost));
  }
  [[nodiscard]] std::uint32_t mode_bits(std::uint32_t standard) const {
    if (same_name(text(), "default")) return standard;
    std::uint32_t bits = 0;
    for (const char digit : text()) bits = bits * 8 + static_cast<std::uint32_t>(digit - '0');
    return bits;
  }
  [[nodiscard]] EngineOptions::AtLimit at_limit() const {
    return same_name(text(), "Reject") ? EngineOptions::AtLimit::kReject
                                       : EngineOptions::AtLimit::kProcessPartial;
  }
  // Relative to the file that names it.
  [[nodiscard]] fs::path near_file(const std::string& name) const {
    const fs::path folder =
        directive_.position.file ? fs::path(*directive_.position.file).parent_path() : fs::path();
    return folder / name;
  }
  void error(std::string message, std::string hint = {}) const {
    const seclang::Position& place = directive_.argument_positions.empty()
                                         ? directive_.position
                                         : directive_.argument_positions[0];
    state_.error(place, std::move(message), std::move(hint));
  }
  void warning(std::string message) const {
    state_.warning(directive_.position, std::move(message));
  }

  // --- directives that need more than a line
  void argument_separator();
  void audit_engine();
  void audit_parts();
  void audit_type();
  void geo_database();
  void http_bl_key();
  void mime_type();
  void relevant_status();
  void rule_engine();
  void temporary_folder();
  void note_upload_place() { build_.upload_place = directive_.position; }
  void unicode_map();
  void code_page(std::size_t index);

  [[nodiscard]] EngineOptions& options() const { return state_.set.options; }
  [[nodiscard]] BodyLimits& limits() const { return options().request_limits; }
  [[nodiscard]] AuditOptions& audit() const { return options().audit; }

 private:
  const seclang::PlainDirective& directive_;
  BuildOptions& build_;
  BuildState& state_;
};

using Reader = OptionReader;
struct OptionInfo {
  std::string_view name;
  void (*apply)(Reader&);
};

constexpr OptionInfo kOptions[] = {
    {"SecArgumentSeparator", [](Reader& r) { r.argument_separator(); }},
    {"SecArgumentsLimit", [](Reader& r) { r.limits().max_arguments = r.number<std::uint32_t>(); }},
    {"SecAuditEngine", [](Reader& r) { r.audit_engine(); }},
    {"SecAuditLog", [](Reader& r) { r.audit().path = r.text(); }},
    {"SecAuditLog2", [](Reader& r) { r.audit().path2 = r.text(); }},
    {"SecAuditLogDirMode", [](Reader& r) { r.audit().folder_mode = r.mode_bits(0750); }},
    {"SecAuditLogFileMode", [](Reader& r) { r.audit().file_mode = r.mode_bits(0640); }},
    {"SecAuditLogFormat", [](Reader& r) { r.audit().json = same_name(r.text(), "JSON"); }},
    {"SecAuditLogParts", [](Reader& r) { r.audit_parts(); }},
    {"SecAuditLogRelevantStatus", [](Reader& r) { r.relevant_status(); }},
    {"SecAuditLogStorageDir", [](Reader& r) { r.audit().storage_folder = r.text(); }},
    {"SecAuditLogType", [](Reader& r) { r.audit_type(); }},
    {"SecCollectionTimeout",
     [](Reader& r) { r.options().collection_timeout_seconds = r.number<std::uint32_t>(); }},
    {"SecComponentSignature",
     [](Reader& r) {
       std::string& signature = r.options().component_signature;
       if (!signature.empty()) signature += "; ";
       signature += r.text();
     }},
    {"SecCookieFormat",
     [](Reader& r) {
       if (r.text() == "1") r.warning("SecCookieFormat 1 has no effect: browsers send version 0");
     }},
    {"SecDebugLogLevel",
     [](Reader& r) {
       if (r.text() != "0") r.warning("SecDebugLogLevel has no effect: there is no debug log");
     }},
    {"SecGeoLookupDb", [](Reader& r) { r.geo_database(); }},
    {"SecHttpBlKey", [](Reader& r) { r.http_bl_key(); }},
    {"SecParseXmlIntoArgs",
     [](Reader& r) {
       r.limits().xml_arguments = r.is_on()                    ? XmlArgumentsMode::kOn
                                  : same_name(r.text(), "Off") ? XmlArgumentsMode::kOff
                                                               : XmlArgumentsMode::kOnly;
     }},
    {"SecPcreMatchLimit",
     [](Reader& r) { r.options().pattern_match_limit = r.number<std::uint32_t>(); }},
    {"SecPcreMatchLimitRecursion", [](Reader&) {}},  // see seclang/directives.cpp
    {"SecRequestBodyAccess", [](Reader& r) { r.options().request_body_access = r.is_on(); }},
    {"SecRequestBodyInMemoryLimit",
     [](Reader& r) { r.limits().max_in_memory = r.number<std::uint64_t>(); }},
    {"SecRequestBodyJsonDepthLimit",
     [](Reader& r) { r.limits().max_json_depth = r.number<std::uint32_t>(); }},
    {"SecRequestBodyLimit", [](Reader& r) { r.limits().max_body = r.number<std::uint64_t>(); }},
    {"SecRequestBodyLimitAction", [](Reader& r) { r.options().request_at_limit = r.at_limit(); }},
    {"SecRequestBodyNoFilesLimit",
     [](Reader& r) { r.limits().max_body_no_files = r.number<std::uint64_t>(); }},
    {"SecResponseBodyAccess", [](Reader& r) { r.options().response_body_access = r.is_on(); }},
    {"SecResponseBodyLimit",
     [](Reader& r) { r.options().response_limit = r.number<std::uint64_t>(); }},
    {"SecResponseBodyLimitAction", [](Reader& r) { r.options().response_at_limit = r.at_limit(); }},
    {"SecResponseBodyMimeType", [](Reader& r) { r.mime_type(); }},
    {"SecResponseBodyMimeTypesClear", [](Reader& r) { r.options().response_mime_types.clear(); }},
    {"SecRuleEngine", [](Reader& r) { r.rule_engine(); }},
    {"SecSensorId", [](Reader& r) { r.options().sensor_id = r.text(); }},
    {"SecStatusEngine",
     [](Reader& r) {
       if (r.is_on()) r.warning("SecStatusEngine has no effect: nothing is sent to anyone");
     }},
    {"SecTmpDir", [](Reader& r) { r.temporary_folder(); }},
    {"SecUnicodeCodePage", [](Reader& r) { r.code_page(0); }},
    {"SecUnicodeMapFile", [](Reader& r) { r.unicode_map(); }},
    {"SecUploadDir",
     [](Reader& r) {
       r.limits().upload_folder = r.text();
       r.note_upload_place();
     }},
    {"SecUploadFileLimit", [](Reader& r) { r.limits().max_files = r.number<std::uint32_t>(); }},
    {"SecUploadKeepFiles",
     [](Reader& r) {
       r.limits().keep_files = !same_name(r.text(), "Off");
       if (r.limits().upload_folder.empty()) r.note_upload_place();
       if (same_name(r.text(), "RelevantOnly")) {
         r.warning(
             "SecUploadKeepFiles RelevantOnly is taken as On: files are stored before the "
             "verdict is known");
       }
     }},
    {"SecWebAppId", [](Reader& r) { r.options().web_app_id = r.text(); }},
    {"SecXmlExternalEntity",
     [](Reader& r) {
       if (r.is_on()) {
         r.warning(
             "SecXmlExternalEntity On has no effect: a request could read files of this machine. "
             "@validateDTD and @validateSchema read the files that rules name without it");
       }
     }},
};

// Read elsewhere, with the rules.
constexpr std::string_view kOfRules[] = {"SecDefaultAction",         "SecRuleRemoveById",
                                         "SecRuleRemoveByMsg",       "SecRuleRemoveByTag",
                                         "SecRuleUpdateActionById",  "SecRuleUpdateTargetById",
                                         "SecRuleUpdateTargetByMsg", "SecRuleUpdateTargetByTag"};

void OptionReader::read() {
  const seclang::DirectiveInfo* const info = seclang::find_directive(directive_.name);
  const auto found = std::find_if(
      std::begin(kOptions), std::end(kOptions),
      [&](const OptionInfo& option) { return same_name(option.name, directive_.name); });
  if (found == std::end(kOptions)) {
    const bool of_rules =
        std::any_of(std::begin(kOfRules), std::end(kOfRules),
                    [&](std::string_view name) { return same_name(name, directive_.name); });
    if (!of_rules) {
      state_.error(directive_.position, fmt::format("{} has no meaning here", directive_.name));
    }
    return;
  }
  // The parser sees to it; documents that were made by hand may be short.
  if (info == nullptr || directive_.arguments.size() < info->min_arguments) {
    return state_.error(directive_.position, fmt::format("{} lacks an argument", directive_.name));
  }
  found->apply(*this);
}

void OptionReader::argument_separator() {
  if (text().size() != 1) {
    return error(fmt::format("SecArgumentSeparator is one character, not {}", shown(text())));
  }
  limits().argument_separator = text()[0];
}

void OptionReader::audit_engine() {
  using enum AuditOptions::Engine;
  audit().engine = is_on() ? kOn : same_name(text(), "Off") ? kOff : kRelevantOnly;
}

void OptionReader::audit_parts() {
  const std::string& parts = text();
  if (parts.find_first_not_of("ABCDEFGHIJKZ") != std::string::npos) {
    return error(fmt::format("{} are no parts of the audit log", shown(parts)),
                 "the parts are A to K and Z");
  }
  if (parts.front() != 'A' || parts.back() != 'Z') {
    return error("the parts of the audit log begin with A and end with Z");
  }
  audit().parts = parts;
}

void OptionReader::audit_type() {
  using enum AuditOptions::Type;
  audit().type = same_name(text(), "Serial")  ? kSerial
                 : same_name(text(), "HTTPS") ? kHttps
                                              : kConcurrent;
}

void OptionReader::geo_database() {
  build_.geo_database = near_file(text());
  std::error_code ignored;
  if (!fs::exists(build_.geo_database, ignored)) {
    error(fmt::format("there is no file {}", shown(build_.geo_database.string())),
          "SecGeoLookupDb names a MaxMind database (.mmdb)");
  }
}

// The key goes into a DNS name; Project Honey Pot's are twelve lower-case letters.
void OptionReader::http_bl_key() {
  constexpr std::size_t kLongestLabel = 63;
  const bool fits = !text().empty() && text().size() <= kLongestLabel &&
                    std::all_of(text().begin(), text().end(), [](char byte) {
                      return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                             (byte >= '0' && byte <= '9');
                    });
  if (!fits) return error("SecHttpBlKey takes a key of letters and digits");
  build_.http_bl_key = text();
}

void OptionReader::mime_type() {
  std::vector<std::string>& types = options().response_mime_types;
  for (std::size_t i = 0; i < directive_.arguments.size(); ++i) {
    std::string type = seclang::lower(text(i));
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  }
}

void OptionReader::relevant_status() {
  Result<Pattern> pattern = Pattern::compile(text());
  if (!pattern) return error(pattern.error().message);
  audit().relevant_status = std::make_shared<const Pattern>(*std::move(pattern));
}

void OptionReader::rule_engine() {
  options().mode = is_on()                    ? EngineMode::kOn
                   : same_name(text(), "Off") ? EngineMode::kOff
                                              : EngineMode::kDetectionOnly;
}

// Bodies go there, so a folder that is not there would be an error of each large one. ModSecurity 3
// does not use it: configurations name folders that nobody made.
void OptionReader::temporary_folder() {
  std::error_code ignored;
  if (fs::is_directory(text(), ignored)) {
    limits().temporary_folder = text();
  } else {
    warning(fmt::format("SecTmpDir: there is no folder {}; {} is taken", shown(text()),
                        limits().temporary_folder));
  }
}

void OptionReader::unicode_map() {
  const fs::path path = near_file(text());
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return error(fmt::format("there is no file {}", shown(path.string())));
  }
  options().unicode_map_file = path.string();
  build_.unicode_map_place = directive_.position;
  if (directive_.arguments.size() > 1) code_page(1);
}

void OptionReader::code_page(std::size_t index) {
  const auto page = read_number(text(index));
  if (page && *page <= std::numeric_limits<std::uint32_t>::max()) {
    build_.unicode_code_page = static_cast<std::uint32_t>(*page);
  } else {
    error(fmt::format("{} is no code page", shown(text(index))), "20127 is US-ASCII");
  }
}

void read_unicode_map(const BuildOptions& build, BuildState& state) {
  constexpr std::uint32_t kUsAscii = 20127;
  constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
  const std::string& path = state.set.options.unicode_map_file;
  if (path.empty()) return;
  const auto text = core::read_file(path, {.max_size = kMaxBytes});
  auto map = text ? UnicodeMap::parse(*text, build.unicode_code_page.value_or(kUsAscii))
                  : Result<UnicodeMap>(std::unexpected(text.error()));
  if (!map) {
    return state.error(build.unicode_map_place,
                       fmt::format("SecUnicodeMapFile {}: {}", path, map.error().message));
  }
  state.set.unicode_map = std::make_shared<const UnicodeMap>(*std::move(map));
}

void check_uploads(const BuildOptions& build, BuildState& state) {
  const BodyLimits& limits = state.set.options.request_limits;
  if (!limits.keep_files) return;
  std::error_code ignored;
  if (limits.upload_folder.empty()) {
    state.error(build.upload_place, "SecUploadKeepFiles keeps nothing without SecUploadDir",
                "name the folder for files with SecUploadDir");
  } else if (!fs::is_directory(limits.upload_folder, ignored)) {
    state.error(build.upload_place,
                fmt::format("there is no folder {} for files", shown(limits.upload_folder)));
  }
}

}  // namespace

BuildOptions read_options(const seclang::Document& document, BuildState& state) {
  BuildOptions build;
  for (const seclang::Directive& each : document.directives) {
    if (const auto* plain = std::get_if<seclang::PlainDirective>(&each)) {
      OptionReader(*plain, build, state).read();
    }
  }
  read_unicode_map(build, state);
  check_uploads(build, state);
  return build;
}

}  // namespace yagura::waf::internal
