// Statements laid on findings: an index by vulnerability, then the newest of those that speak of
// the component or of the image.

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "vuln/vex/internal/formats.hpp"
#include "vuln/vex/internal/instant.hpp"
#include "vuln/vex/purl_match.hpp"

namespace yagura::vuln {
namespace {

struct Candidate {
  const VexStatement* statement = nullptr;
  const VexDocument* document = nullptr;
  std::int64_t time = 0;
  bool speaks_of_image = false;  // its product is this image, or the distribution that it is of
};

// The beginning of a name that every way to write a purl leaves as it is.
std::string_view plain_beginning(std::string_view name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  const auto slash = name.find_last_of("/:");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  return name.substr(0, name.find_first_not_of(kPlain));
}

// Whether a purl may be the component's, without parsing it: vendors list thousands of products for
// one vulnerability. Python's names have many spellings.
bool may_be_of(std::string_view purl, const image::Package& package) {
  return package.type == image::PackageType::kPypi ||
         purl.contains(plain_beginning(package.name)) ||
         purl.contains(plain_beginning(package.source()));
}

bool matches_component(const VexProduct& product, const image::Component& component) {
  for (const std::string& text : product.purls) {
    if (!may_be_of(text, component.package)) continue;
    const auto purl = image::parse_purl(text);
    if (purl && purl_matches(*purl, component)) return true;
  }
  return false;
}

// "cpe:/o:redhat:enterprise_linux:9::baseos", "cpe:2.3:o:redhat:enterprise_linux:9:…": the release
// that packages are for.
bool is_platform(std::string_view cpe, const image::Distro& distro) {
  constexpr std::string_view kName = ":redhat:enterprise_linux:";
  const auto at = cpe.find(kName);
  if (at == std::string_view::npos || distro.id != "rhel" || distro.version_id.empty())
    return false;
  const std::string_view rest = cpe.substr(at + kName.size());
  const std::string_view release = rest.substr(0, rest.find(':'));
  const std::string_view own = distro.version_id;
  return release == own || release == own.substr(0, own.find('.'));
}

bool matches_image(const VexProduct& product, const image::Inventory& inventory) {
  for (const std::string& text : product.purls) {
    const auto purl = image::parse_purl(text);
    if (purl && purl_matches_image(*purl, inventory)) return true;
  }
  for (const std::string& digest : product.digests) {
    if (names_image(digest, inventory)) return true;
  }
  for (const std::string& cpe : product.cpes) {
    if (is_platform(cpe, inventory.distro)) return true;
  }
  return names_image(product.name, inventory);
}

bool is_platform_alone(const VexProduct& product) {
  return product.purls.empty() && product.digests.empty() && !product.cpes.empty();
}

bool speaks_of(const Candidate& candidate, const image::Component& component) {
  const VexStatement& statement = *candidate.statement;
  if (statement.parts.empty()) {
    if (matches_component(statement.product, component)) return true;
    // The image and all that is in it; but never a distribution as a whole.
    return candidate.speaks_of_image && !is_platform_alone(statement.product);
  }
  if (!candidate.speaks_of_image && !matches_component(statement.product, component)) return false;
  for (const VexProduct& part : statement.parts) {
    if (matches_component(part, component)) return true;
  }
  return false;
}

class Index {
 public:
  Index(const image::Inventory& inventory, std::span<const VexDocument> documents) {
    for (const VexDocument& document : documents) {
      for (const VexStatement& statement : document.statements) {
        candidates_.push_back({.statement = &statement,
                               .document = &document,
                               .time = vex::instant(statement.timestamp),
                               .speaks_of_image = matches_image(statement.product, inventory)});
        for (const std::string& name : statement.vulnerabilities) {
          auto& list = by_name_[name];
          const std::size_t place = candidates_.size() - 1;
          if (list.empty() || list.back() != place) list.push_back(place);
        }
      }
    }
  }

  // In the order in which they count: the last one decides.
  [[nodiscard]] std::vector<const Candidate*> about(const Finding& finding,
                                                    const image::Component& component) const {
    std::vector<std::size_t> places;
    add(finding.vulnerability->id, places);
    for (const std::string& alias : finding.vulnerability->aliases) add(alias, places);
    std::ranges::sort(places);
    const auto repeated = std::ranges::unique(places);
    places.erase(repeated.begin(), repeated.end());
    std::vector<const Candidate*> out;
    for (const std::size_t place : places) {
      if (speaks_of(candidates_[place], component)) out.push_back(&candidates_[place]);
    }
    std::ranges::stable_sort(out, {}, &Candidate::time);
    return out;
  }

 private:
  void add(const std::string& name, std::vector<std::size_t>& places) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    places.insert(places.end(), found->second.begin(), found->second.end());
  }

  std::vector<Candidate> candidates_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_name_;
};

const Candidate* other_opinion(const std::vector<const Candidate*>& all) {
  for (auto candidate = all.rbegin(); candidate != all.rend(); ++candidate) {
    if ((*candidate)->statement->status != all.back()->statement->status) return *candidate;
  }
  return nullptr;
}

std::string told(const Candidate& candidate) {
  std::string out =
      candidate.document->source + " says " + std::string(to_string(candidate.statement->status));
  if (!candidate.statement->timestamp.empty()) out += " (" + candidate.statement->timestamp + ")";
  return out;
}

bool suppresses(VexStatus status) {
  return status == VexStatus::kNotAffected || status == VexStatus::kFixed;
}

void judge(Finding& finding, const image::Component& component, const Index& index,
           std::unordered_set<std::string>& seen, std::vector<std::string>& notes) {
  const auto all = index.about(finding, component);
  if (all.empty()) return;
  const Candidate& newest = *all.back();
  const Candidate* const other = other_opinion(all);
  if (suppresses(newest.statement->status)) {
    std::string reason = vex::reason_of(*newest.statement, newest.document->source);
    if (other != nullptr) reason += ", though " + told(*other);
    finding.suppression = {
        .kind = Suppression::Kind::kVex,
        .reason = std::move(reason),
        .source = newest.document->id.empty() ? newest.document->source : newest.document->id};
  }
  if (other == nullptr) return;
  std::string note = finding.vulnerability->id + " in " + component.purl + ": " + told(*other) +
                     ", but the newest statement counts: " + told(newest);
  if (seen.insert(note).second) notes.push_back(std::move(note));
}

}  // namespace

std::vector<std::string> apply_vex(const image::Inventory& inventory,
                                   std::span<const VexDocument> documents,
                                   std::vector<Finding>& findings) {
  std::vector<std::string> notes;
  std::unordered_set<std::string> seen;
  const Index index(inventory, documents);
  for (Finding& finding : findings) {
    if (!finding.counts() || finding.component >= inventory.components.size()) continue;
    judge(finding, inventory.components[finding.component], index, seen, notes);
  }
  return notes;
}

}  // namespace yagura::vuln
