// The steps, each a function of Scan: open, read, merge, match, judge.

#include "imagescan/scan/scan.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/file.hpp"
#include "image/bloat/needs.hpp"
#include "image/cache/layer_cache.hpp"
#include "image/config/config_check.hpp"
#include "image/layer/directory.hpp"
#include "image/layer/layers.hpp"
#include "image/merge/inventory_maker.hpp"
#include "image/sbom/sbom.hpp"
#include "image/secrets/scanner.hpp"
#include "imagescan/scan/analyzers.hpp"
#include "imagescan/scan/findings.hpp"
#include "supply/policy/provenance.hpp"
#include "vuln/plan/plan.hpp"

namespace yagura::imagescan {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxSbom = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxDockerfile = std::uint64_t{4} << 20;

class Scan {
 public:
  Scan(const ScanRequest& request, Diagnostics& diagnostics)
      : request_(request), diagnostics_(diagnostics) {}

  Result<ImageReport> run() {
    const auto start = std::chrono::steady_clock::now();
    report_.sections = request_.sections;
    report_.tool_version = request_.tool_version;
    report_.time = request_.now;
    YAGURA_TRY_VOID(look_at_reference());
    if (report_.inventory.name.empty()) report_.inventory.name = request_.reference;
    judge_vulnerabilities();
    report_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool asks_for(Section section) const {
    return (request_.sections & static_cast<std::uint32_t>(section)) != 0;
  }
  void cannot_have(std::initializer_list<Section> sections) {
    for (const Section section : sections) report_.sections &= ~static_cast<std::uint32_t>(section);
  }

  // The kinds that are no image, then the image.
  Result<void> look_at_reference() {
    const std::string& reference = request_.reference;
    if (reference.starts_with("sbom:")) return from_sbom(reference.substr(5));
    if (reference.starts_with("dockerfile:")) return from_dockerfile(reference.substr(11));
    if (reference.starts_with("dir:")) return from_directory(reference.substr(4));
    std::error_code error;
    if (is_dockerfile(reference)) return from_dockerfile(reference);
    if (fs::is_regular_file(reference, error) && is_sbom(reference)) return from_sbom(reference);
    return from_image();
  }

  static bool is_sbom(const std::string& path) {
    const std::string end = fs::path(path).extension().string();
    if (end != ".json" && end != ".spdx" && end != ".cdx") return false;
    const auto text = core::read_file(path, {.max_size = kMaxSbom});
    return text && image::looks_like_sbom(*text);
  }

  Result<void> from_sbom(const std::string& path) {
    auto text = core::read_file(path, {.max_size = kMaxSbom});
    if (!text) return std::unexpected(std::move(text).error());
    auto sbom = image::read_sbom(*text);
    if (!sbom) return std::unexpected(std::move(sbom).error().with_context(path));
    report_.inventory = std::move(sbom->inventory);
    std::ranges::move(sbom->notes, std::back_inserter(report_.notes));
    cannot_have({Section::kSecrets, Section::kMalware, Section::kConfiguration,
                 Section::kProvenance, Section::kSize});
    return {};
  }

  Result<void> from_dockerfile(const std::string& path) {
    YAGURA_TRY(const std::string text, core::read_file(path, {.max_size = kMaxDockerfile}));
    const auto steps = image::read_dockerfile(path, text, diagnostics_);
    auto resource = std::make_shared<model::Resource>();
    resource->kind = "Dockerfile";
    resource->name = path;
    resource->file = path;
    resource->line = 1;
    report_.configuration = image::check_config({.resource = std::move(resource),
                                                 .steps = &steps,
                                                 .now = request_.now,
                                                 .is_dockerfile = true},
                                                &scanner());
    cannot_have({Section::kVulnerabilities, Section::kSecrets, Section::kMalware,
                 Section::kProvenance, Section::kSize});
    return {};
  }

  static const image::SecretScanner& scanner() {
    static const image::SecretScanner made;
    return made;
  }

  Result<void> from_directory(const fs::path& directory) {
    YAGURA_TRY(std::vector<image::LayerFacts> layers, read_root(directory));
    make_inventory(std::move(layers), nullptr);
    cannot_have({Section::kConfiguration, Section::kProvenance});
    return {};
  }

  Result<std::vector<image::LayerFacts>> read_root(const fs::path& directory) {
    YAGURA_TRY(const image::Analyzers analyzers, make_analyzers(request_, diagnostics_));
    image::DirectoryOptions options;
    options.temporary = request_.temporary;
    options.threads = request_.threads;
    YAGURA_TRY(image::LayerFacts facts, image::read_directory(directory, analyzers, options));
    std::vector<image::LayerFacts> layers;
    layers.push_back(std::move(facts));
    return layers;
  }

  Result<void> from_image() {
    YAGURA_TRY(const std::unique_ptr<image::ImageSource> source,
               image::open_source(request_.reference, request_.source));
    if (source->kind() == image::SourceKind::kRootFileSystem) return from_directory(source->root());
    describe(*source);
    YAGURA_TRY(std::vector<image::LayerFacts> layers, read_layers(*source));
    const image::ImageConfig& config = source->image().config;
    make_inventory(std::move(layers), &config);
    if (asks_for(Section::kConfiguration)) judge_configuration(*source);
    if (asks_for(Section::kProvenance)) judge_provenance(*source);
    const BaseMatch base = find_base(config, source->image().manifest.annotations, request_.bases);
    report_.base = {
        .name = base.name, .layers = base.layers, .evidence = base.evidence, .newer = base.newer};
    return {};
  }

  void describe(const image::ImageSource& source) {
    const image::ResolvedImage& resolved = source.image();
    image::Inventory& inventory = report_.inventory;
    inventory.name = source.name();
    inventory.digest = resolved.raw_manifest.digest;
    inventory.config_digest = resolved.manifest.config.digest;
    inventory.os = resolved.config.platform.os;
    inventory.architecture = resolved.config.platform.architecture;
    if (!resolved.config.platform.variant.empty())
      inventory.architecture += "/" + resolved.config.platform.variant;
    inventory.created = resolved.config.created;
    // Reports and SBOMs are passed on to people who shall not have what is in them.
    for (const auto& [name, value] : resolved.config.config.labels)
      inventory.labels.emplace_back(name, label_without_secrets(name, value));
    for (std::size_t i = 0; i < resolved.manifest.layers.size(); ++i) {
      image::LayerInfo& layer = inventory.layers.emplace_back();
      layer.digest = resolved.manifest.layers[i].digest;
      layer.size = resolved.manifest.layers[i].size;
      if (i < resolved.config.diff_ids.size()) layer.diff_id = resolved.config.diff_ids[i];
    }
    std::vector<image::HistoryStep> steps;
    for (const image::HistoryEntry& entry : resolved.config.history)
      steps.push_back({image::without_secrets(entry.created_by), entry.empty_layer});
    image::attach_history(inventory.layers, steps);
  }

  // The name may be what gives the value away.
  static std::string label_without_secrets(const std::string& name, const std::string& value) {
    const std::string text = image::without_secrets(name + "=" + value);
    return text.starts_with(name + "=") ? text.substr(name.size() + 1) : text;
  }

  Result<std::vector<image::LayerFacts>> read_layers(const image::ImageSource& source) {
    YAGURA_TRY(const image::Analyzers analyzers, make_analyzers(request_, diagnostics_));
    std::optional<image::LayerCache> cache;
    if (request_.use_cache) {
      auto opened = image::LayerCache::open({.directory = request_.cache_directory});
      if (opened) {
        cache.emplace(*std::move(opened));
      } else {
        report_.notes.push_back("nothing is kept for the next scan: " + opened.error().message);
      }
    }
    std::vector<image::LayerInput> inputs;
    std::uint64_t total = 0;
    const auto& resolved = source.image();
    for (std::size_t i = 0; i < resolved.manifest.layers.size(); ++i) {
      const image::Descriptor& layer = resolved.manifest.layers[i];
      image::LayerInput& input = inputs.emplace_back();
      input.identity.digest = layer.digest;
      if (layer.size > 0) input.identity.stored_size = layer.size;
      if (i < resolved.config.diff_ids.size()) input.identity.diff_id = resolved.config.diff_ids[i];
      input.open = [&source, &layer] { return source.open_blob(layer); };
      total += layer.size;
    }
    image::ReadLayersOptions options;
    options.temporary = request_.temporary;
    options.cache = cache ? &*cache : nullptr;
    options.threads = request_.threads;
    std::atomic<std::uint64_t> done = 0;
    if (request_.progress) {
      options.progress = [&](std::uint64_t bytes) { request_.progress(done += bytes, total); };
    }
    YAGURA_TRY(image::ReadLayers read, image::read_layers(inputs, analyzers, options));
    return std::move(read.layers);
  }

  // Everything that looks at the merged image.
  void make_inventory(std::vector<image::LayerFacts> layers, const image::ImageConfig* config) {
    const image::MergedImage merged(std::move(layers));
    const image::Ownership ownership(merged);
    image::fill_inventory(merged, ownership, report_.inventory);
    if (asks_for(Section::kSecrets)) report_.secrets = collect_secrets(merged, ownership, config);
    if (asks_for(Section::kMalware)) report_.suspicions = collect_suspicions(merged, ownership);
    if (asks_for(Section::kSize)) {
      report_.sizes = collect_sizes(merged, ownership, report_.inventory);
      judge_needs(merged, ownership, config);
    }
  }

  void judge_needs(const image::MergedImage& merged, const image::Ownership& ownership,
                   const image::ImageConfig* config) {
    constexpr std::size_t kListed = 15;
    const image::Needs needs =
        image::find_needs(merged, ownership, report_.inventory,
                          config == nullptr ? image::RunConfig{} : config->config);
    for (std::size_t i = 0; i < std::min(needs.unneeded.size(), kListed); ++i) {
      report_.sizes.push_back({.group = "packages that nothing reached needs",
                               .name = needs.unneeded[i].name,
                               .bytes = needs.unneeded[i].bytes,
                               .files = needs.unneeded[i].files});
    }
    if (needs.unneeded.size() > kListed) {
      report_.notes.push_back(
          std::to_string(needs.unneeded.size()) + " packages, " +
          std::to_string(needs.unneeded_bytes >> 20) +
          " MiB, are not reached from the entry point nor from programs of your own");
    }
    if (std::string advice = image::smaller_base(needs, report_.inventory); !advice.empty())
      report_.notes.push_back(std::move(advice));
  }

  void judge_configuration(const image::ImageSource& source) {
    const image::ImageConfig& config = source.image().config;
    const auto steps = image::read_history(config.history);
    auto resource = std::make_shared<model::Resource>();
    resource->kind = "Image";
    resource->name = source.name();
    resource->file = source.name();
    // What the secrets' section lists is not listed twice.
    report_.configuration = image::check_config({.resource = std::move(resource),
                                                 .steps = &steps,
                                                 .run = &config.config,
                                                 .created = config.created,
                                                 .now = request_.now},
                                                asks_for(Section::kSecrets) ? nullptr : &scanner());
  }

  void judge_provenance(const image::ImageSource& source) {
    report_.provenance.push_back(
        {.id = "digest-chain",
         .outcome = ProvenanceCheck::Outcome::kVerified,
         .title = "manifest, configuration and layers have the digests that name them",
         .detail = source.image().raw_manifest.digest});
    const auto now =
        std::chrono::floor<std::chrono::seconds>(request_.now).time_since_epoch().count();
    const auto checked = supply::check_provenance(source, request_.policies, now);
    for (const supply::ProvenanceCheck& check : checked.checks) {
      auto outcome = ProvenanceCheck::Outcome::kNotChecked;
      if (check.outcome == supply::ProvenanceCheck::Outcome::kVerified)
        outcome = ProvenanceCheck::Outcome::kVerified;
      if (check.outcome == supply::ProvenanceCheck::Outcome::kFailed)
        outcome = ProvenanceCheck::Outcome::kFailed;
      report_.provenance.push_back({check.id, outcome, check.title, check.detail});
    }
  }

  void judge_vulnerabilities() {
    if (!report_.looked_for(Section::kVulnerabilities)) return;
    if (request_.index == nullptr) {
      cannot_have({Section::kVulnerabilities});
      return;
    }
    report_.database = request_.database;
    vuln::MatchResult matched = vuln::match(report_.inventory, *request_.index, request_.match);
    report_.vulnerabilities = std::move(matched.findings);
    std::ranges::move(matched.notes, std::back_inserter(report_.notes));
    if (matched.headers_left_out > 0)
      report_.notes.push_back(
          std::to_string(matched.headers_left_out) +
          " vulnerabilities of the kernel are not listed for its headers: a container runs its "
          "host's kernel");
    suppress();
    make_plan();
  }

  void suppress() {
    auto& findings = report_.vulnerabilities;
    const auto note = [this](std::vector<std::string> notes) {
      std::ranges::move(notes, std::back_inserter(report_.notes));
    };
    if (!request_.vex.empty()) note(vuln::apply_vex(report_.inventory, request_.vex, findings));
    if (request_.ignore != nullptr && request_.ignore->size() > 0) {
      note(request_.ignore->apply(report_.inventory,
                                  std::chrono::floor<std::chrono::days>(request_.now), findings));
    }
    if (request_.baseline) {
      const auto known = vuln::apply_baseline(request_.baseline_name, *request_.baseline,
                                              report_.inventory, findings);
      if (!known) diagnostics_.error(request_.baseline_name, 0, 0, known.error().message);
    }
  }

  void make_plan() {
    const vuln::FixPlan plan =
        vuln::make_plan(report_.inventory, report_.vulnerabilities, request_.index,
                        {.base_layers = report_.base.layers});
    for (const vuln::Upgrade& upgrade : plan.upgrades) {
      PlanStep& step = report_.plan.emplace_back();
      step.command = upgrade.command.empty() ? upgrade.note : upgrade.command;
      for (const vuln::PackageChange& change : upgrade.changes) {
        if (change.name != upgrade.name && upgrade.changes.size() > 1) continue;
        step.explanation = change.name + " " + change.from + " → " + change.to;
        break;
      }
      if (step.explanation.empty() && !upgrade.changes.empty()) {
        const vuln::PackageChange& first = upgrade.changes.front();
        step.explanation = upgrade.name + " " + first.from + " → " + first.to;
      }
      if (step.explanation.empty()) step.explanation = upgrade.name;
      if (upgrade.in_base) step.explanation += " (of the base image)";
      step.clears = upgrade.findings;
    }
  }

  const ScanRequest& request_;
  Diagnostics& diagnostics_;
  ImageReport report_;
};

}  // namespace

bool is_dockerfile(const std::string& reference) {
  if (reference.starts_with("dockerfile:")) return true;
  const std::string name = fs::path(reference).filename().string();
  std::error_code error;
  return (name.starts_with("Dockerfile") || name.starts_with("Containerfile") ||
          name.ends_with(".Dockerfile") || name.ends_with(".dockerfile")) &&
         fs::is_regular_file(reference, error);
}

Result<ImageReport> scan_image(const ScanRequest& request, Diagnostics& diagnostics) {
  return Scan(request, diagnostics).run();
}

}  // namespace yagura::imagescan
