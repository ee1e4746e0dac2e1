#include "imagescan/scan/findings.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "image/filesystem/file_checks.hpp"
#include "image/secrets/scanner.hpp"

namespace yagura::imagescan {
namespace {

// Files of installed packages of languages, which everybody has.
bool is_of_a_package(std::string_view path) {
  return path.contains("/node_modules/") || path.contains("/site-packages/") ||
         path.contains("/dist-packages/") || path.contains("/gems/") || path.contains("/vendor/") ||
         path.starts_with("node_modules/") || path.starts_with("vendor/");
}

void order(std::vector<LocatedSecret>& secrets) {
  std::ranges::stable_sort(secrets, [](const LocatedSecret& a, const LocatedSecret& b) {
    return std::tuple(-static_cast<int>(a.secret.severity), a.path, a.secret.line) <
           std::tuple(-static_cast<int>(b.secret.severity), b.path, b.secret.line);
  });
}

void add_file(std::vector<LocatedSecret>& out, const image::FileFacts* facts, std::string_view path,
              std::uint32_t layer, bool removed) {
  if (facts == nullptr) return;
  for (const image::Secret& secret : facts->secrets) {
    LocatedSecret& located = out.emplace_back();
    located.secret = secret;
    located.path = path;
    located.layer = static_cast<std::int32_t>(layer);
    located.removed = removed;
    if (is_of_a_package(path) && !secret.verified)
      located.secret.severity = std::min(secret.severity, model::Severity::kLow);
    if (is_of_a_package(path) && secret.rule == "private-key")
      located.secret.severity = model::Severity::kLow;
  }
}

void add_text(std::vector<LocatedSecret>& out, const image::SecretScanner& scanner,
              std::string_view text, LocatedSecret::Origin origin, std::string path) {
  for (image::Secret& secret : scanner.scan(text, image::SecretScanner::Contents::kText).secrets) {
    secret.line = 0;
    out.push_back({.secret = std::move(secret), .origin = origin, .path = path});
  }
}

}  // namespace

std::vector<LocatedSecret> collect_secrets(const image::MergedImage& image,
                                           const image::Ownership& ownership,
                                           const image::ImageConfig* config) {
  std::vector<LocatedSecret> out;
  std::set<std::pair<std::string, std::string>> seen;  // rule and secret, path
  for (const image::MergedFile& file : image.files()) {
    if (file.file->kind != image::FileKind::kRegular || !ownership.owner(file).empty()) continue;
    add_file(out, image.own_facts(file), file.path, file.layer, false);
  }
  for (const LocatedSecret& secret : out) seen.emplace(secret.secret.fingerprint, secret.path);
  std::vector<LocatedSecret> hidden;
  for (const image::RemovedFile& removed : image.removed()) {
    add_file(hidden, image.own_facts(removed.file), removed.file.path, removed.file.layer, true);
  }
  // A file that a later layer only rewrote still shows the same secret: once is enough.
  for (LocatedSecret& secret : hidden) {
    if (seen.emplace(secret.secret.fingerprint, secret.path).second)
      out.push_back(std::move(secret));
  }
  if (config != nullptr) {
    static const image::SecretScanner scanner;
    for (const std::string& variable : config->config.env)
      add_text(out, scanner, variable, LocatedSecret::Origin::kEnvironment,
               variable.substr(0, variable.find('=')));
    for (std::size_t i = 0; i < config->history.size(); ++i)
      add_text(out, scanner, config->history[i].created_by, LocatedSecret::Origin::kHistory,
               "step " + std::to_string(i + 1));
    for (const auto& [name, value] : config->config.labels)
      add_text(out, scanner, name + "=" + value, LocatedSecret::Origin::kLabel, name);
  }
  order(out);
  return out;
}

std::vector<LocatedSuspicion> collect_suspicions(const image::MergedImage& image,
                                                 const image::Ownership& ownership) {
  std::vector<LocatedSuspicion> out;
  const auto add = [&](const image::FileFacts* facts, std::string_view path, std::uint32_t layer,
                       std::string_view owner, bool removed) {
    if (facts == nullptr) return;
    for (const image::Suspicion& suspicion : facts->suspicions) {
      const bool by_pattern = suspicion.category == "malware" &&
                              suspicion.rule != "known-bad-hash" &&
                              !suspicion.rule.starts_with("yara/");
      if (by_pattern && !owner.empty()) continue;
      if (removed && suspicion.category != "malware") continue;
      LocatedSuspicion& located = out.emplace_back();
      located.suspicion = suspicion;
      if (removed) located.suspicion.detail += " (removed by a later layer)";
      located.path = path;
      located.layer = static_cast<std::int32_t>(layer);
      located.owner = owner;
    }
  };
  for (const image::MergedFile& file : image.files()) {
    if (file.file->kind == image::FileKind::kRegular)
      add(image.own_facts(file), file.path, file.layer, ownership.owner(file), false);
  }
  for (const image::RemovedFile& removed : image.removed()) {
    if (removed.file.file->kind == image::FileKind::kRegular)
      add(image.own_facts(removed.file), removed.file.path, removed.file.layer, {}, true);
  }
  for (image::FileSuspicion& file : image::check_files(image, ownership)) {
    out.push_back({.suspicion = std::move(file.suspicion),
                   .path = std::move(file.path),
                   .layer = static_cast<std::int32_t>(file.layer),
                   .owner = std::move(file.owner)});
  }
  std::ranges::stable_sort(out, [](const LocatedSuspicion& a, const LocatedSuspicion& b) {
    return std::tuple(-static_cast<int>(a.suspicion.severity), a.suspicion.rule, a.path) <
           std::tuple(-static_cast<int>(b.suspicion.severity), b.suspicion.rule, b.path);
  });
  return out;
}

}  // namespace yagura::imagescan
