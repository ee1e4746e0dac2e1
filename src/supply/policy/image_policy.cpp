#include "supply/policy/image_policy.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "core/file.hpp"
#include "kube/reader.hpp"

namespace yagura::supply {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxPolicy = std::uint64_t{4} << 20;
constexpr std::uint64_t kMaxNamedFile = std::uint64_t{4} << 20;

// Reads one document; every problem has the line of the value that it is about.
class PolicyReader {
 public:
  PolicyReader(const kube::Document& document, fs::path folder, Diagnostics& diagnostics)
      : document_(document), folder_(std::move(folder)), diagnostics_(diagnostics) {}

  ImagePolicy read() {
    ImagePolicy policy;
    const kube::Node& root = document_.root();
    only(root, "the policy", {"apiVersion", "kind", "metadata", "spec"});
    if (const kube::Node* name = root.get({"metadata", "name"})) policy.name = name->string_or();
    const kube::Node* spec = root.find("spec");
    if (spec == nullptr || !spec->is_map()) {
      error(root, "the policy has no spec");
      return policy;
    }
    only(*spec, "spec", {"trustedRegistries", "requireDigest", "images"});
    policy.trusted_registries = texts(*spec, "trustedRegistries");
    if (const kube::Node* digest = spec->find("requireDigest"))
      policy.require_digest = truth(*digest);
    for (const kube::Node& item : spec->list("images")) policy.rules.push_back(read_rule(item));
    if (policy.trusted_registries.empty() && policy.rules.empty() && !policy.require_digest)
      error(*spec, "the policy asks for nothing",
            "trustedRegistries, requireDigest or images say what to ask for");
    return policy;
  }

 private:
  ImageRule read_rule(const kube::Node& node) {
    ImageRule rule;
    only(node, "an entry of images",
         {"match", "signedBy", "trustRoot", "requireTransparencyLog", "attestations"});
    rule.match = texts(node, "match");
    if (rule.match.empty()) error(node, "match is missing", "match: [\"registry.example/team/*\"]");
    if (const kube::Node* signers = node.find("signedBy")) read_signers(*signers, rule);
    if (const kube::Node* root = node.find("trustRoot")) read_trust(*root, rule);
    if (const kube::Node* log = node.find("requireTransparencyLog"))
      rule.signers.require_log = truth(*log);
    for (const kube::Node& item : node.list("attestations")) {
      only(item, "an attestation", {"predicateType", "builder", "source"});
      AttestationRule read{.predicate_type = text(item, "predicateType"),
                           .builder = text(item, "builder"),
                           .source = text(item, "source")};
      if (read.predicate_type.empty())
        error(item, "predicateType is missing", "predicateType: https://slsa.dev/provenance/*");
      rule.attestations.push_back(std::move(read));
    }
    if (!rule.must_be_signed)
      error(node, "nobody is named who may sign", "signedBy: {keys: [cosign.pub]}");
    return rule;
  }

  void read_signers(const kube::Node& node, ImageRule& rule) {
    only(node, "signedBy", {"keys", "keyless", "authorities"});
    for (const kube::Node& item : node.list("keys")) {
      if (const auto bytes = named_file(item)) {
        auto key = PublicKey::parse(*bytes);
        if (key) {
          rule.signers.keys.push_back(*std::move(key));
        } else {
          error(item, key.error().message);
        }
      }
    }
    for (const kube::Node& item : node.list("keyless")) {
      only(item, "keyless", {"issuer", "issuerRegExp", "subject", "subjectRegExp"});
      SignerIdentity identity{.issuer = text(item, "issuer"),
                              .issuer_pattern = pattern(item, "issuerRegExp"),
                              .subject = text(item, "subject"),
                              .subject_pattern = pattern(item, "subjectRegExp")};
      if (identity.subject.empty() && identity.subject_pattern.empty())
        error(item, "subject or subjectRegExp is missing: anybody could sign");
      rule.signers.identities.push_back(std::move(identity));
    }
    for (const kube::Node& item : node.list("authorities")) {
      if (const auto bytes = named_file(item)) {
        auto chain = Certificate::parse_all(*bytes);
        if (chain) {
          rule.signers.trust.signers.push_back({.chain = *std::move(chain)});
        } else {
          error(item, chain.error().message);
        }
      }
    }
    rule.must_be_signed = !node.list("keys").empty() || !node.list("keyless").empty();
  }

  void read_trust(const kube::Node& node, ImageRule& rule) {
    const auto bytes = named_file(node);
    if (!bytes) return;
    auto trust = read_trust_root(*bytes);
    if (!trust) {
      error(node, trust.error().message);
      return;
    }
    // Authorities that were named beside it stay.
    std::ranges::move(rule.signers.trust.signers, std::back_inserter(trust->signers));
    rule.signers.trust = *std::move(trust);
  }

  // --- values with their places
  // ---------------------------------------------------------------------

  void error(const kube::Node& node, std::string message, std::string hint = {}) {
    const kube::Place place = document_.position_of(node);
    diagnostics_.error(std::string(place.file), place.position.line, place.position.column,
                       std::move(message), std::move(hint));
  }

  void only(const kube::Node& node, std::string_view what,
            std::initializer_list<std::string_view> fields) {
    if (!node.is_map()) {
      error(node, std::string(what) + " is no map");
      return;
    }
    for (const kube::Member& member : node.members()) {
      if (std::ranges::find(fields, member.key) != fields.end()) continue;
      std::string known;
      for (const std::string_view field : fields) {
        known += known.empty() ? "" : ", ";
        known += field;
      }
      error(member.value, std::string(what) + " has no field \"" + std::string(member.key) + "\"",
            "one of " + known);
    }
  }

  std::string text(const kube::Node& node, std::string_view field) {
    const kube::Node* value = node.find(field);
    if (value == nullptr) return {};
    if (!value->is_string()) error(*value, std::string(field) + " is no text");
    return std::string(value->string_or());
  }

  std::string pattern(const kube::Node& node, std::string_view field) {
    std::string out = text(node, field);
    if (out.empty()) return out;
    const re2::RE2 compiled(out, re2::RE2::Quiet);
    if (!compiled.ok()) error(*node.find(field), "no regular expression: " + compiled.error());
    return out;
  }

  bool truth(const kube::Node& node) {
    if (!node.is_bool()) error(node, "neither true nor false");
    return node.bool_or(true);
  }

  // A text or a list of texts.
  std::vector<std::string> texts(const kube::Node& node, std::string_view field) {
    const kube::Node* value = node.find(field);
    if (value == nullptr) return {};
    if (value->is_string()) return {std::string(value->as_string())};
    std::vector<std::string> out;
    if (!value->is_list()) error(*value, std::string(field) + " is no list");
    for (const kube::Node& item : node.list(field)) {
      if (!item.is_string()) error(item, "no text");
      out.emplace_back(item.string_or());
    }
    return out;
  }

  std::optional<std::string> named_file(const kube::Node& node) {
    if (!node.is_string()) {
      error(node, "no path of a file");
      return std::nullopt;
    }
    const fs::path path = folder_ / std::string(node.as_string());
    auto bytes = core::read_file(path, {.max_size = kMaxNamedFile});
    if (!bytes) {
      error(node, bytes.error().message, "paths are relative to the policy's folder");
      return std::nullopt;
    }
    return *std::move(bytes);
  }

  const kube::Document& document_;
  fs::path folder_;
  Diagnostics& diagnostics_;
};

}  // namespace

bool glob_matches(std::string_view glob, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = glob.npos;
  std::size_t star_text = 0;
  while (in < text.size()) {
    if (at < glob.size() && (glob[at] == '?' || glob[at] == text[in]) && glob[at] != '*') {
      ++at;
      ++in;
    } else if (at < glob.size() && glob[at] == '*') {
      star = at++;
      star_text = in;
    } else if (star != glob.npos) {
      at = star + 1;
      in = ++star_text;
    } else {
      return false;
    }
  }
  while (at < glob.size() && glob[at] == '*') ++at;
  return at == glob.size();
}

std::vector<ImagePolicy> read_image_policies(const fs::path& file, Diagnostics& diagnostics) {
  auto text = core::read_file(file, {.max_size = kMaxPolicy});
  if (!text) {
    diagnostics.error(file.string(), 0, 0, text.error().message);
    return {};
  }
  const auto source = std::make_shared<const kube::Source>(file.string(), *std::move(text),
                                                           kube::SourceFormat::kYaml);
  std::vector<ImagePolicy> out;
  for (const kube::Document& document : kube::read_documents(source, diagnostics)) {
    const kube::Node* kind = document.root().find("kind");
    if (kind == nullptr || kind->string_or() != "ImagePolicy") {
      const kube::Place place = document.position_of(document.root());
      diagnostics.error(file.string(), place.position.line, place.position.column,
                        "it is no ImagePolicy",
                        "apiVersion: yagura.dev/v1alpha1, kind: ImagePolicy");
      continue;
    }
    out.push_back(PolicyReader(document, file.parent_path(), diagnostics).read());
  }
  if (out.empty() && !diagnostics.has_errors())
    diagnostics.error(file.string(), 0, 0, "there is no ImagePolicy in it");
  return out;
}

}  // namespace yagura::supply
