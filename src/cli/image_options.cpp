#include "cli/image_options.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "cli/command.hpp"
#include "core/file.hpp"
#include "image/source/platform.hpp"
#include "report/text.hpp"
#include "vuln/update/info.hpp"

namespace yagura::cli {
namespace {

namespace fs = std::filesystem;
using imagescan::Section;

constexpr std::uint64_t kMaxDocument = std::uint64_t{128} << 20;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

Result<std::uint32_t> sections_of(const std::vector<std::string>& names, bool has_policy) {
  static const std::pair<std::string_view, std::uint32_t> kNames[] = {
      {"vuln", 1},        {"vulnerabilities", 1}, {"secret", 2},        {"secrets", 2},
      {"malware", 4},     {"config", 8},          {"configuration", 8}, {"misconfig", 8},
      {"provenance", 16}, {"size", 32},           {"all", 63},          {"none", 0}};
  if (names.empty()) return 1U | 2U | 4U | 8U | (has_policy ? 16U : 0U);
  std::uint32_t out = has_policy ? 16U : 0U;
  for (const std::string& name : names) {
    const auto at =
        std::ranges::find(kNames, name, &std::pair<std::string_view, std::uint32_t>::first);
    if (at == std::end(kNames)) {
      return wrong(
          "--scan: \"" + name +
          "\" is nothing to look for: one of vuln, secret, malware, config, provenance, size, all");
    }
    out |= at->second;
  }
  return out;
}

// The policy that options name: what is asked of this one image.
Result<void> add_signers(const ImageOptions& options, imagescan::ScanRequest& request) {
  const bool keyless = !options.identity.empty() || !options.identity_pattern.empty();
  if (options.keys.empty() && !keyless) {
    if (!options.issuer.empty() || !options.issuer_pattern.empty())
      return wrong("--certificate-oidc-issuer goes with --certificate-identity");
    return {};
  }
  supply::ImageRule rule;
  rule.match = {"*"};
  rule.must_be_signed = true;
  rule.signers.require_log = options.require_log;
  for (const std::string& file : options.keys) {
    YAGURA_TRY(const std::string text, core::read_file(file, {.max_size = 1 << 20}));
    auto key = supply::PublicKey::parse(text);
    if (!key) return std::unexpected(std::move(key).error().with_context(file));
    rule.signers.keys.push_back(*std::move(key));
  }
  if (keyless) {
    rule.signers.identities.push_back({.issuer = options.issuer,
                                       .issuer_pattern = options.issuer_pattern,
                                       .subject = options.identity,
                                       .subject_pattern = options.identity_pattern});
  }
  if (!options.trust_root.empty()) {
    YAGURA_TRY(const std::string text, core::read_file(options.trust_root, {.max_size = 16 << 20}));
    auto trust = supply::read_trust_root(text);
    if (!trust) return std::unexpected(std::move(trust).error().with_context(options.trust_root));
    rule.signers.trust = *std::move(trust);
  }
  for (const std::string& file : options.authorities) {
    YAGURA_TRY(const std::string text, core::read_file(file, {.max_size = 1 << 20}));
    auto chain = supply::Certificate::parse_all(text);
    if (!chain) return std::unexpected(std::move(chain).error().with_context(file));
    rule.signers.trust.signers.push_back({.chain = *std::move(chain)});
  }
  supply::ImagePolicy& policy = request.policies.emplace_back();
  policy.name = "options";
  policy.rules.push_back(std::move(rule));
  return {};
}

Result<void> set_source(const ImageOptions& options, image::SourceOptions& source) {
  if (!options.platform.empty()) {
    YAGURA_TRY(source.platform, image::parse_platform(options.platform));
  }
  source.allow_network = !options.offline;
  image::RegistryOptions& registry = source.registry;
  registry.allow_network = !options.offline;
  registry.user = options.user;
  registry.password = options.password;
  if (!options.password_file.empty()) {
    YAGURA_TRY(registry.password, core::read_file(options.password_file, {.max_size = 1 << 16}));
    while (registry.password.ends_with('\n') || registry.password.ends_with('\r'))
      registry.password.pop_back();
  }
  registry.auth_file = options.auth_file;
  registry.ca_file = options.ca_file;
  registry.client_certificate = options.client_certificate;
  registry.client_key = options.client_key;
  registry.insecure_skip_verify = options.insecure_skip_verify;
  registry.plain_http = options.plain_http;
  for (const std::string& text : options.mirrors) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
      return wrong("--mirror: \"" + text +
                   "\" is not REGISTRY=URL, as docker.io=https://mirror.example");
    registry.mirrors.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return {};
}

// What users of any tool have lying about, where nothing is named.
std::vector<std::string> ignore_files(const ImageOptions& options) {
  if (!options.ignore_files.empty()) return options.ignore_files;
  std::vector<std::string> out;
  for (const char* name :
       {".yagura-ignore.yaml", ".trivyignore", ".trivyignore.yaml", ".grype.yaml"}) {
    std::error_code error;
    if (fs::is_regular_file(name, error)) out.emplace_back(name);
  }
  return out;
}

Result<void> set_exceptions(const ImageOptions& options, ImageSetup& setup,
                            Diagnostics& diagnostics) {
  for (const std::string& file : ignore_files(options)) {
    YAGURA_TRY(const std::string text, core::read_file(file, {.max_size = kMaxDocument}));
    setup.ignore.add(file, text, diagnostics);
  }
  setup.request.ignore = &setup.ignore;
  for (const std::string& file : options.vex_files) {
    YAGURA_TRY(const std::string text, core::read_file(file, {.max_size = kMaxDocument}));
    auto document = vuln::read_vex(text, file);
    if (!document) return std::unexpected(std::move(document).error().with_context(file));
    for (const std::string& note : document->notes) diagnostics.warning(file, 0, 0, note);
    setup.request.vex.push_back(*std::move(document));
  }
  if (!options.baseline.empty()) {
    YAGURA_TRY(setup.request.baseline,
               core::read_file(options.baseline, {.max_size = std::uint64_t{1} << 30}));
    setup.request.baseline_name = options.baseline;
  }
  return {};
}

Result<void> set_database(const ImageOptions& options, ImageSetup& setup) {
  if ((setup.request.sections & static_cast<std::uint32_t>(Section::kVulnerabilities)) == 0)
    return {};
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  auto index = vuln::Index::open(directory);
  if (!index) {
    if (!options.database.empty() || index.error().code != ErrorCode::kNotFound)
      return std::unexpected(std::move(index).error().with_context("the database of advisories"));
    return fail(
        ErrorCode::kNotFound,
        "there is no database of advisories in " + directory +
            ": make one with `yagura db build FEED…`, fetch one with `yagura db update`, or "
            "leave vulnerabilities out: --scan secret,malware,config");
  }
  setup.index = *std::move(index);
  setup.request.index = &setup.index;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (const auto info = vuln::index_info(directory, {.now = now})) {
    setup.request.database = "advisories of " + setup.index.manifest().created + ", " +
                             report::format_number(info->records) + " records";
    // One sentence: a scan is not where somebody wants to read about each source.
    if (info->warnings.size() == 1) setup.notes = info->warnings;
    if (info->warnings.size() > 1) {
      setup.notes.push_back(std::to_string(info->warnings.size()) +
                            " warnings about the age of advisories: `yagura db info` lists them");
    }
  }
  return {};
}

std::string today(std::chrono::system_clock::time_point now) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(now)};
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()) % 10000,
                static_cast<unsigned>(date.month()) % 100, static_cast<unsigned>(date.day()) % 100);
  return text;
}

}  // namespace

Result<std::string> database_directory(const std::string& option) {
  if (!option.empty()) return option;
  if (const char* named = std::getenv("YAGURA_DB"); named != nullptr && *named != '\0')
    return std::string(named);
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
    return std::string(data) + "/yagura/db";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.local/share/yagura/db";
  return wrong("--db is missing, and neither YAGURA_DB, XDG_DATA_HOME nor HOME is set");
}

Result<std::unique_ptr<ImageSetup>> set_up_image_scan(const ImageOptions& options,
                                                      Diagnostics& diagnostics) {
  auto setup = std::make_unique<ImageSetup>();
  imagescan::ScanRequest& request = setup->request;
  request.reference = options.reference;
  request.now = std::chrono::system_clock::now();
  request.tool_version = kVersion;
  for (const std::string& file : options.policies) {
    auto policies = supply::read_image_policies(file, diagnostics);
    std::ranges::move(policies, std::back_inserter(request.policies));
  }
  YAGURA_TRY_VOID(add_signers(options, request));
  const bool has_policy = !request.policies.empty();
  YAGURA_TRY(request.sections, sections_of(options.sections, has_policy));
  YAGURA_TRY_VOID(set_source(options, request.source));
  YAGURA_TRY_VOID(set_exceptions(options, *setup, diagnostics));
  request.match.details = !options.no_details;
  request.match.development = !options.skip_development;
  request.match.today = today(request.now);
  if (options.kernel_headers) request.match.kernel_headers = vuln::KernelHeaders::kAll;
  request.yara = options.yara;
  request.hash_list = options.hash_list;
  if (!options.bases.empty()) {
    YAGURA_TRY(const std::string text, core::read_file(options.bases, {.max_size = kMaxDocument}));
    auto bases = imagescan::BaseCatalogue::parse(text);
    if (!bases) return std::unexpected(std::move(bases).error().with_context(options.bases));
    request.bases = *std::move(bases);
  }
  request.use_cache = !options.no_cache;
  request.cache_directory = options.cache_directory;
  YAGURA_TRY_VOID(set_database(options, *setup));
  return setup;
}

void add_image_options(CLI::App& command, ImageOptions& options) {
  command
      .add_option("IMAGE", options.reference,
                  "registry/name:tag, an OCI layout or archive, docker-archive:FILE, "
                  "docker-daemon:NAME, containerd:NAME, rootfs:DIR, dir:DIR, an SBOM, a Dockerfile")
      ->required();
  command
      .add_option("-o,--output", options.format,
                  "table, json, sarif, junit, markdown, html, ocsf, gitlab, github, cyclonedx, "
                  "cyclonedx-1.5, cyclonedx-1.4, spdx, spdx-tag-value, openvex, cyclonedx-vex")
      ->capture_default_str();
  command.add_option("--output-file", options.output_file,
                     "Where to write the report; - is standard output");
  command.add_option("--by", options.by, "Table: package, or fix (what each upgrade clears)")
      ->check(CLI::IsMember({"package", "fix"}))
      ->capture_default_str();
  command
      .add_option("--scan", options.sections,
                  "What to look for: vuln, secret, malware, config (these four by default), "
                  "provenance, size, all")
      ->delimiter(',');
  command
      .add_option("--fail-on", options.fail_on,
                  "Exit code 1 from this severity on: info, low, medium, high, critical; or never")
      ->capture_default_str();
  command.add_option("--severity", options.minimum_severity,
                     "Leave out findings below this severity");
  command.add_flag("--only-fixed,--ignore-unfixed", options.only_fixed,
                   "Leave out vulnerabilities without a fix");
  command.add_flag("--show-ignored", options.show_ignored,
                   "Also list what VEX, ignore rules and baselines rule out");
  command.add_flag("--no-details", options.no_details,
                   "Leave out long descriptions and references");
  command.add_option(
      "--ignore-file", options.ignore_files,
      "Ignore rules: ours, .trivyignore, .grype.yaml (default: those that are here)");
  command.add_option("--vex", options.vex_files, "OpenVEX, CycloneDX VEX or CSAF documents");
  command.add_option("--baseline", options.baseline, "Known findings: only new ones count");
  command.add_option("--save-baseline", options.save_baseline,
                     "Write the findings of this scan as a baseline");
  command.add_option("--db", options.database, "Directory of the database of advisories");
  command.add_option("--platform", options.platform, "Of images for several: linux/arm64");
  command.add_flag("--offline", options.offline, "No packet leaves this machine");
  command.add_option("--user", options.user, "User of the registry");
  command.add_option("--password", options.password,
                     "Password of the registry; others see it in the list of processes: better "
                     "--password-file");
  command.add_option("--password-file", options.password_file,
                     "File with the password, - for standard input");
  command.add_option("--auth-file", options.auth_file, "Instead of Docker's config.json");
  command.add_option("--ca-file", options.ca_file, "Further certification authorities (PEM)");
  command.add_option("--client-cert", options.client_certificate, "Client certificate (PEM)");
  command.add_option("--client-key", options.client_key, "Its key (PEM)");
  command.add_flag("--insecure-skip-verify,--insecure-skip-tls-verify",
                   options.insecure_skip_verify, "Do not verify certificates");
  command.add_flag("--plain-http", options.plain_http, "HTTP without TLS");
  command.add_option("--mirror", options.mirrors,
                     "REGISTRY=URL: another place with the same images");
  command.add_option("--yara", options.yara, "YARA rules: a file or a directory of *.yar");
  command.add_option("--hash-list", options.hash_list, "Hashes of files that are known to be bad");
  command.add_option("--policy", options.policies,
                     "ImagePolicy: trusted registries, signers, attestations");
  command.add_option("--key", options.keys, "It must be signed by this key (cosign.pub)");
  command.add_option("--certificate-identity", options.identity,
                     "It must be signed by this identity");
  command.add_option("--certificate-identity-regexp", options.identity_pattern,
                     "The same as a regular expression");
  command.add_option("--certificate-oidc-issuer", options.issuer, "Who vouches for the identity");
  command.add_option("--certificate-oidc-issuer-regexp", options.issuer_pattern,
                     "The same as a regular expression");
  command.add_option("--trust-root", options.trust_root, "trusted_root.json of Sigstore");
  command.add_option("--ca-roots", options.authorities,
                     "An authority of one's own that certifies signers (PEM)");
  command.add_flag("--require-log", options.require_log,
                   "Signatures by a key must be in the transparency log");
  command.add_option("--bases", options.bases, "Catalogue of base images");
  command.add_option("--save-base", options.save_base,
                     "Add this image to a catalogue of base images, and scan nothing");
  command.add_option("--cache-dir", options.cache_directory, "Where read layers are kept");
  command.add_flag("--no-cache", options.no_cache, "Keep nothing, and use nothing that was kept");
  command.add_flag("--skip-development", options.skip_development,
                   "Leave out packages that are needed for development alone");
  command.add_flag("--kernel-headers", options.kernel_headers,
                   "Also list all vulnerabilities of the kernel for its headers");
  command.add_option("--color", options.color, "auto, always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  command.add_option("--progress", options.progress, "auto (a terminal), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

}  // namespace yagura::cli
