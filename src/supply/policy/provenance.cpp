#include "supply/policy/provenance.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <variant>

namespace yagura::supply {
namespace {

using Outcome = ProvenanceCheck::Outcome;

constexpr std::uint64_t kMaxPayload = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxBundle = std::uint64_t{32} << 20;  // SBOMs are large
constexpr std::size_t kMaxSignatures = 64;
constexpr std::string_view kSimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr std::string_view kBundleType = "application/vnd.dev.sigstore.bundle";
constexpr std::string_view kSignaturePredicate = "https://sigstore.dev/cosign/sign/";

// "registry/repository", without tag and digest.
std::string_view repository_of(std::string_view reference) {
  reference = reference.substr(0, reference.find('@'));
  const auto colon = reference.rfind(':');
  const auto slash = reference.rfind('/');
  if (colon != reference.npos && (slash == reference.npos || colon > slash))
    reference = reference.substr(0, colon);
  return reference;
}

bool matches_any(const std::vector<std::string>& globs, std::string_view text) {
  return std::ranges::any_of(globs, [&](const std::string& glob) {
    // "registry.example/" means everything in it.
    return glob_matches(glob, text) || (glob.ends_with('/') && text.starts_with(glob)) ||
           (!glob.contains('*') && text.starts_with(glob + "/"));
  });
}

class Judge {
 public:
  Judge(const image::ImageSource& source, std::int64_t now)
      : source_(source), now_(now), repository_(repository_of(source.reference())) {}

  ProvenanceReport judge(const std::vector<ImagePolicy>& policies) {
    bool has_rule = false;
    for (const ImagePolicy& policy : policies) {
      check_registry(policy);
      check_pinned(policy);
      const auto rule = std::ranges::find_if(policy.rules, [this](const ImageRule& candidate) {
        return matches_any(candidate.match, repository_);
      });
      if (rule == policy.rules.end()) {
        if (!policy.rules.empty())
          add("signature", Outcome::kNotChecked, "no rule of the policy matches the image",
              repository_.empty() ? "the image has no name" : std::string(repository_));
        continue;
      }
      has_rule = true;
      check_rule(*rule);
    }
    if (!has_rule) say_what_is_there();
    return std::move(report_);
  }

 private:
  void add(std::string id, Outcome outcome, std::string title, std::string detail = {}) {
    report_.checks.push_back({std::move(id), outcome, std::move(title), std::move(detail)});
  }

  void check_registry(const ImagePolicy& policy) {
    if (policy.trusted_registries.empty()) return;
    if (repository_.empty()) {
      add("trusted-registry", Outcome::kFailed, "the image has no name that tells its registry",
          "it comes from a file or directory");
      return;
    }
    const bool good = matches_any(policy.trusted_registries, repository_);
    add("trusted-registry", good ? Outcome::kVerified : Outcome::kFailed,
        good ? "it comes from a trusted registry" : "its registry is not trusted",
        std::string(repository_));
  }

  void check_pinned(const ImagePolicy& policy) {
    if (!policy.require_digest) return;
    const bool good = source_.name().contains("@sha256:") || source_.name().contains("@sha512:");
    add("pinned", good ? Outcome::kVerified : Outcome::kFailed,
        good ? "it is pulled by digest" : "it is pulled by tag: the tag can be moved",
        good ? "" : "write " + std::string(repository_) + "@" + subjects().front());
  }

  // The manifest's digest, then those of the indexes around it: signers may have signed either.
  std::vector<std::string> subjects() const {
    std::vector<std::string> out{source_.image().raw_manifest.digest};
    for (const auto& index : source_.image().indexes) {
      if (!index.digest.empty()) out.push_back(index.digest);
    }
    return out;
  }

  // --- finding signatures
  // ---------------------------------------------------------------------------

  struct Found {
    Bundle bundle;
    std::string subject;
  };

  void collect() {
    if (collected_) return;
    collected_ = true;
    std::set<std::string> seen;
    for (const std::string& subject : subjects()) {
      if (subject.empty() || !seen.insert(subject).second) continue;
      collect_tag(subject, ".sig");
      collect_tag(subject, ".att");
      collect_referrers(subject);
    }
  }

  // "sha256:abc" -> "sha256-abc.sig".
  void collect_tag(const std::string& subject, std::string_view end) {
    std::string tag = subject + std::string(end);
    std::ranges::replace(tag, ':', '-');
    const auto raw = source_.fetch_manifest(tag);
    if (!raw) {
      if (raw.error().code != ErrorCode::kNotFound)
        problems_.push_back("tag " + tag + ": " + raw.error().message);
      return;
    }
    const auto manifest = image::parse_manifest(raw->bytes, raw->media_type);
    const auto* image = manifest ? std::get_if<image::Manifest>(&*manifest) : nullptr;
    if (image == nullptr) {
      problems_.push_back("tag " + tag + " holds no manifest");
      return;
    }
    for (const image::Descriptor& layer : image->layers) {
      if (found_.size() >= kMaxSignatures) {
        problems_.emplace_back("more than 64 signatures: the others were not looked at");
        return;
      }
      take_layer(layer, "tag " + tag, subject);
    }
  }

  void collect_referrers(const std::string& subject) {
    const auto referrers = source_.referrers(subject, "");
    if (!referrers) {
      problems_.push_back("referrers of " + subject + ": " + referrers.error().message);
      return;
    }
    for (const image::Descriptor& referrer : *referrers) {
      // Its type says little: where a registry knows no referrers, cosign lists bundles as empty
      // configurations. The layers tell.
      if (found_.size() >= kMaxSignatures) {
        problems_.emplace_back("more than 64 signatures: the others were not looked at");
        return;
      }
      const auto raw = source_.fetch_manifest(referrer.digest);
      const auto manifest =
          raw ? image::parse_manifest(raw->bytes, raw->media_type) : std::unexpected(raw.error());
      if (!manifest) {
        problems_.push_back("referrer " + referrer.digest + ": " + manifest.error().message);
        continue;
      }
      const auto* image = std::get_if<image::Manifest>(&*manifest);
      if (image == nullptr) continue;
      for (const image::Descriptor& layer : image->layers)
        take_layer(layer, "referrer " + referrer.digest, subject);
    }
  }

  void take_layer(const image::Descriptor& layer, const std::string& where,
                  const std::string& subject) {
    const bool simple = layer.media_type == kSimpleSigning;
    const bool envelope_alone = layer.media_type == "application/vnd.dsse.envelope.v1+json";
    if (!simple && !envelope_alone && !layer.media_type.starts_with(kBundleType)) return;
    auto blob = image::read_blob(source_, layer, simple ? kMaxPayload : kMaxBundle);
    if (!blob) {
      problems_.push_back(where + ": " + blob.error().message);
      return;
    }
    auto bundle = simple           ? simple_signing(*std::move(blob), layer.annotations)
                  : envelope_alone ? envelope(*blob, layer.annotations)
                                   : parse_bundle(*blob);
    if (!bundle) {
      problems_.push_back(where + ": " + bundle.error().message);
      return;
    }
    bundle->where = where;
    found_.push_back({*std::move(bundle), subject});
  }

  // What an envelope states; nothing of simple signatures.
  static std::optional<Statement> statement_of(const Bundle& bundle) {
    if (bundle.form != Bundle::Form::kEnvelope) return std::nullopt;
    auto statement = parse_statement(bundle.payload);
    if (!statement) return std::nullopt;
    return *std::move(statement);
  }

  static bool is_signature(const Bundle& bundle) {
    if (bundle.form == Bundle::Form::kSimpleSigning) return true;
    const auto statement = statement_of(bundle);
    return statement && statement->predicate_type.starts_with(kSignaturePredicate);
  }

  // --- judging
  // ----------------------------------------------------------------------------------------

  static std::string sentences(const SignatureVerdict& verdict) {
    std::string out = "checked: ";
    for (std::size_t i = 0; i < verdict.checked.size(); ++i)
      out += (i > 0 ? ", " : "") + verdict.checked[i];
    for (const std::string& text : verdict.unchecked) out += "; not checked: " + text;
    return out;
  }

  void check_rule(const ImageRule& rule) {
    collect();
    SignerRequirements signers = rule.signers;
    signers.now = now_;
    std::vector<std::string> refusals;
    bool good = false;
    for (const Found& found : found_) {
      if (!is_signature(found.bundle)) continue;
      const auto verdict = verify_signature(found.bundle, found.subject, signers);
      if (!verdict) {
        refusals.push_back(found.bundle.where + ": " + verdict.error().message);
        continue;
      }
      good = true;
      add("signature", Outcome::kVerified, "signed by " + verdict->signer,
          sentences(*verdict) + " (" + found.bundle.where + ")");
    }
    if (!good) say_unsigned(refusals);
    check_attestations(rule, signers);
  }

  void say_unsigned(const std::vector<std::string>& refusals) {
    std::string detail;
    for (const std::string& text : refusals) detail += (detail.empty() ? "" : "; ") + text;
    for (const std::string& text : problems_) detail += (detail.empty() ? "" : "; ") + text;
    if (refusals.empty()) {
      add("signature", Outcome::kFailed, "it is not signed",
          detail.empty() ? "neither a tag nor a referrer holds a signature of " + subjects().front()
                         : detail);
    } else {
      add("signature", Outcome::kFailed, "no signature is good", detail);
    }
  }

  static bool asks_for(const AttestationRule& rule, const Statement& statement,
                       std::string& refusal) {
    if (!glob_matches(rule.predicate_type, statement.predicate_type)) return false;
    if (!rule.builder.empty() && !glob_matches(rule.builder, statement.provenance.builder)) {
      refusal = "it was built by \"" + statement.provenance.builder + "\", not " + rule.builder;
      return false;
    }
    if (!rule.source.empty() && !glob_matches(rule.source, statement.provenance.source)) {
      refusal = "it was built from \"" + statement.provenance.source + "\", not " + rule.source;
      return false;
    }
    return true;
  }

  void check_attestations(const ImageRule& rule, const SignerRequirements& signers) {
    std::vector<bool> met(rule.attestations.size());
    std::vector<std::string> refusals(rule.attestations.size());
    for (const Found& found : found_) {
      const auto statement = statement_of(found.bundle);
      if (!statement || is_signature(found.bundle)) continue;
      const auto verdict = verify_signature(found.bundle, found.subject, signers);
      if (verdict) report_.statements.push_back(*statement);
      for (std::size_t i = 0; i < rule.attestations.size(); ++i) {
        if (met[i]) continue;
        if (!verdict) {
          if (glob_matches(rule.attestations[i].predicate_type, statement->predicate_type))
            refusals[i] = verdict.error().message;
          continue;
        }
        met[i] = asks_for(rule.attestations[i], *statement, refusals[i]);
        if (!met[i]) continue;
        std::string title = statement->kind() + ", attested by " + verdict->signer;
        if (statement->is_provenance)
          title += ": built by " + statement->provenance.builder + " from " +
                   statement->provenance.source;
        add("attestation", Outcome::kVerified, std::move(title), sentences(*verdict));
      }
    }
    for (std::size_t i = 0; i < rule.attestations.size(); ++i) {
      if (!met[i])
        add("attestation", Outcome::kFailed,
            "no attestation " + rule.attestations[i].predicate_type + " is as asked for",
            refusals[i].empty() ? "there is none" : refusals[i]);
    }
  }

  // Nobody asked: what is there is named, so that nobody takes silence for a check.
  void say_what_is_there() {
    collect();
    std::size_t signatures = 0;
    for (const Found& found : found_) {
      if (is_signature(found.bundle)) {
        ++signatures;
      } else if (const auto statement = statement_of(found.bundle)) {
        add("attestation", Outcome::kNotChecked, statement->kind() + " is attested",
            "nobody was named whose signature to accept");
      }
    }
    add("signature", Outcome::kNotChecked,
        signatures == 0 ? "no signature was found"
                        : std::to_string(signatures) + " signature(s) were found",
        signatures == 0 ? "" : "nobody was named whose signature to accept");
    for (const std::string& text : problems_)
      add("signature", Outcome::kNotChecked, "a signature could not be read", text);
  }

  const image::ImageSource& source_;
  std::int64_t now_;
  std::string_view repository_;
  ProvenanceReport report_;
  std::vector<Found> found_;
  std::vector<std::string> problems_;
  bool collected_ = false;
};

}  // namespace

ProvenanceReport check_provenance(const image::ImageSource& source,
                                  const std::vector<ImagePolicy>& policies, std::int64_t now) {
  return Judge(source, now).judge(policies);
}

}  // namespace yagura::supply
