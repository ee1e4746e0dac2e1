// One block a package: its name and version once, then a line a vulnerability, so that the eye runs
// down severities. Packages with the same source, version and layer are one block, since one
// upgrade mends them.

#include "imagescan/report/table.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "imagescan/report/convert.hpp"
#include "imagescan/report/lines.hpp"
#include "report/text.hpp"

namespace yagura::imagescan {
namespace {

using report::format_number;

std::string size_text(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  std::string text = std::to_string(static_cast<std::uint64_t>(value * 10 + 0.5));
  if (unit == 0) return std::to_string(bytes) + " B";
  if (text.size() == 1) text.insert(0, "0");
  text.insert(text.size() - 1, ".");
  return text + " " + kUnits[unit];
}

// What one upgrade mends.
struct Block {
  std::vector<std::size_t> components;
  std::vector<const vuln::Finding*> findings;
};

class Table {
 public:
  Table(const ImageReport& report, const TableOptions& options)
      : report_(report), options_(options), lines_(out_, options.width, options.color) {}

  std::string write() {
    about();
    if (report_.looked_for(Section::kVulnerabilities)) {
      if (options_.by == TableOptions::By::kFix) {
        by_fix();
      } else {
        by_package();
      }
    }
    secrets();
    suspicions();
    configuration();
    provenance();
    sizes();
    notes();
    summary();
    return std::move(out_);
  }

 private:
  void about() {
    const image::Inventory& inventory = report_.inventory;
    std::string right = inventory.distro.name.empty()
                            ? inventory.distro.id + " " + inventory.distro.version_id
                            : inventory.distro.name;
    if (right == " ") right = "no distribution";
    lines_.header(inventory.name, right);
    std::string text;
    const auto add = [&text](const std::string& part) {
      if (part.empty()) return;
      if (!text.empty()) text += " · ";
      text += part;
    };
    add(inventory.digest);
    add(inventory.os.empty() ? inventory.architecture
                             : inventory.os + "/" + inventory.architecture);
    if (!inventory.layers.empty()) add(report::plural(inventory.layers.size(), "layer"));
    add(report::plural(inventory.components.size(), "package"));
    if (!report_.base.name.empty()) add("built on " + report_.base.name);
    lines_.paragraph(2, text, Ink::kDim);
    end_block();
  }

  void end_block() { lines_.end(); }

  [[nodiscard]] bool shown(const vuln::Finding& finding) const {
    return finding.counts() || options_.show_suppressed;
  }

  std::vector<Block> blocks() const {
    std::map<std::tuple<image::PackageType, std::string, std::string, std::int32_t, std::string>,
             Block>
        by_key;
    for (const vuln::Finding& finding : report_.vulnerabilities) {
      if (!shown(finding)) continue;
      const image::Component& component = report_.component_of(finding);
      const image::Package& package = component.package;
      const bool system = image::is_distribution_package(package.type);
      Block& block = by_key[{package.type, package.source(), package.source_or_own_version(),
                             component.layer, system ? std::string() : component.path}];
      if (std::ranges::find(block.components, finding.component) == block.components.end())
        block.components.push_back(finding.component);
      block.findings.push_back(&finding);
    }
    std::vector<Block> out;
    for (auto& [key, block] : by_key) out.push_back(std::move(block));
    for (Block& block : out) order(block.findings);
    std::ranges::stable_sort(out, [](const Block& a, const Block& b) {
      return a.findings.front()->vulnerability->severity >
             b.findings.front()->vulnerability->severity;
    });
    return out;
  }

  // Worst first; of equals the exploited, then the fixable. One line an id, also where several
  // binary packages of the source have it.
  static void order(std::vector<const vuln::Finding*>& findings) {
    std::ranges::stable_sort(findings, [](const vuln::Finding* a, const vuln::Finding* b) {
      const auto key = [](const vuln::Finding* f) {
        return std::tuple(-static_cast<int>(f->vulnerability->severity),
                          !f->vulnerability->known_exploited,
                          f->fix_state != vuln::FixState::kFixed, f->vulnerability->id);
      };
      return key(a) < key(b);
    });
    const auto repeated =
        std::ranges::unique(findings, [](const vuln::Finding* a, const vuln::Finding* b) {
          return a->vulnerability->id == b->vulnerability->id && a->counts() == b->counts();
        });
    findings.erase(repeated.begin(), repeated.end());
  }

  std::string layer_text(std::int32_t layer) const {
    if (layer < 0) return {};
    const auto position = static_cast<std::size_t>(layer);
    std::string text = position < report_.base.layers ? "base layer " : "layer ";
    text += std::to_string(position + 1);
    if (position < report_.inventory.layers.size()) {
      const std::string& step = report_.inventory.layers[position].created_by;
      if (!step.empty()) text += ": " + step;
    }
    return text;
  }

  void by_package() {
    for (const Block& block : blocks()) {
      const image::Component& first = report_.inventory.components[block.components.front()];
      const image::Package& package = first.package;
      const bool system = image::is_distribution_package(package.type);
      std::string title = (system ? package.source() : package.name) + " " +
                          (system ? package.source_or_own_version() : package.version);
      lines_.header(title, layer_text(first.layer));
      if (system) {
        std::string names;
        for (const std::size_t component : block.components) {
          if (!names.empty()) names += ", ";
          names += report_.inventory.components[component].package.name;
        }
        if (names != package.source()) lines_.field(2, "in", names, Ink::kDim);
      } else if (!first.path.empty()) {
        std::string place = first.path;
        if (!package.location.empty()) place += "!/" + package.location;
        lines_.field(2, "in", place, Ink::kDim);
      }
      for (const vuln::Finding* finding : block.findings) vulnerability(*finding);
      end_block();
    }
  }

  void vulnerability(const vuln::Finding& finding) {
    const vuln::Vulnerability& known = *finding.vulnerability;
    // "?": nobody rated it, and ours is a guess.
    lines_.column(2).severity(known.severity).put(known.severity_known ? "" : "?", Ink::kDim);
    lines_.column(12).put(cut(known.id, 22));
    lines_.column(lines_.width() >= 100 ? 34 : 30);
    if (finding.fix_state == vuln::FixState::kFixed) {
      lines_.put(cut("→ " + finding.fixed_version, 26), Ink::kGood);
    } else {
      lines_.put(cut(to_string(finding.fix_state), 26), Ink::kDim);
    }
    lines_.column(lines_.width() >= 100 ? 60 : 54);
    if (!finding.counts()) {
      lines_.put("ignored: " + finding.suppression.reason, Ink::kDim);
    } else {
      if (known.known_exploited) lines_.put("exploited ", Ink::kBad);
      if (known.epss && *known.epss >= 0.1) {
        lines_.put("EPSS " + std::to_string(static_cast<int>(*known.epss * 100 + 0.5)) + " % ",
                   Ink::kWarning);
      }
      lines_.put(known.summary, Ink::kDim);
    }
    lines_.end();
  }

  void by_fix() {
    for (const PlanStep& step : report_.plan) {
      SeverityCounts counts;
      for (const std::size_t index : step.clears) {
        ++counts.by_severity[static_cast<std::size_t>(
            report_.vulnerabilities[index].vulnerability->severity)];
      }
      lines_.header(step.explanation, "clears " + counts.text());
      lines_.paragraph(2, step.command, Ink::kGood);
      std::vector<const vuln::Finding*> cleared;
      for (const std::size_t index : step.clears)
        cleared.push_back(&report_.vulnerabilities[index]);
      order(cleared);
      std::string ids;
      for (const vuln::Finding* finding : cleared) {
        if (!ids.empty()) ids += ", ";
        ids += finding->vulnerability->id;
      }
      lines_.paragraph(2, ids, Ink::kDim);
      end_block();
    }
    std::vector<bool> cleared(report_.vulnerabilities.size());
    for (const PlanStep& step : report_.plan) {
      for (const std::size_t index : step.clears) cleared[index] = true;
    }
    SeverityCounts left;
    for (std::size_t i = 0; i < cleared.size(); ++i) {
      const vuln::Finding& finding = report_.vulnerabilities[i];
      if (!cleared[i] && finding.counts())
        ++left.by_severity[static_cast<std::size_t>(finding.vulnerability->severity)];
    }
    if (left.total() > 0) {
      lines_.header("No upgrade clears", left.text());
      end_block();
    }
  }

  void secrets() {
    if (report_.secrets.empty()) return;
    lines_.header("Secrets", count_secrets(report_).text());
    for (const LocatedSecret& located : report_.secrets) {
      lines_.column(2).severity(located.secret.severity);
      lines_.column(12).put(located.secret.title, Ink::kBold);
      if (located.secret.verified) lines_.column(0).put("checksum right", Ink::kBad);
      if (located.removed) lines_.column(0).put("removed by a later layer", Ink::kWarning);
      lines_.end();
      std::string place = located.origin == LocatedSecret::Origin::kFile
                              ? located.path
                              : origin_text(located.origin) + " " + located.path;
      if (!located.secret.place.empty()) place += "!/" + located.secret.place;
      if (located.secret.line > 0) place += ":" + std::to_string(located.secret.line);
      lines_.paragraph(12, place, Ink::kPlace);
      if (!located.secret.excerpt.empty()) lines_.paragraph(12, located.secret.excerpt, Ink::kDim);
      if (located.layer >= 0) lines_.field(12, "in", layer_text(located.layer), Ink::kDim);
    }
    end_block();
  }

  void suspicions() {
    if (report_.suspicions.empty()) return;
    lines_.header("Suspicious files", count_suspicions(report_).text());
    for (const LocatedSuspicion& located : report_.suspicions) {
      lines_.column(2).severity(located.suspicion.severity);
      lines_.column(12).put(located.suspicion.title, Ink::kBold).end();
      lines_.paragraph(12, located.path, Ink::kPlace);
      if (!located.suspicion.detail.empty()) lines_.paragraph(12, located.suspicion.detail);
      if (!located.suspicion.remedy.empty())
        lines_.field(12, "fix", located.suspicion.remedy, Ink::kDim);
    }
    end_block();
  }

  void configuration() {
    std::vector<const model::Finding*> failed;
    for (const model::Finding& finding : report_.configuration) {
      if (finding.status == model::Status::kFail) failed.push_back(&finding);
    }
    if (failed.empty()) return;
    std::ranges::stable_sort(failed, [](const model::Finding* a, const model::Finding* b) {
      return a->severity > b->severity;
    });
    lines_.header("Configuration", count_configuration(report_).text());
    for (const model::Finding* finding : failed) {
      lines_.column(2).severity(finding->severity);
      lines_.column(12).put(finding->control->title, Ink::kBold).end();
      if (!finding->message.empty()) lines_.paragraph(12, finding->message);
      const std::string& fix =
          finding->fix.description.empty() ? finding->control->fix_text : finding->fix.description;
      if (!fix.empty()) lines_.field(12, "fix", fix, Ink::kDim);
    }
    end_block();
  }

  void provenance() {
    if (report_.provenance.empty()) return;
    lines_.header("Provenance", {});
    for (const ProvenanceCheck& check : report_.provenance) {
      switch (check.outcome) {
        case ProvenanceCheck::Outcome::kVerified:
          lines_.column(2).put("verified", Ink::kGood);
          break;
        case ProvenanceCheck::Outcome::kFailed:
          lines_.column(2).put("FAILED", Ink::kBad);
          break;
        case ProvenanceCheck::Outcome::kNotChecked:
          lines_.column(2).put("unchecked", Ink::kWarning);
          break;
      }
      lines_.column(12).put(check.title).end();
      if (!check.detail.empty()) lines_.paragraph(12, check.detail, Ink::kDim);
    }
    end_block();
  }

  void sizes() {
    if (report_.sizes.empty()) return;
    lines_.header("Size", {});
    std::string group;
    for (const SizeItem& item : report_.sizes) {
      // "by layer", but "packages that …".
      const std::string title = item.group.contains(' ') ? item.group : "by " + item.group;
      if (item.group != group) lines_.paragraph(2, title, Ink::kDim);
      group = item.group;
      lines_.column(4).put(size_text(item.bytes), Ink::kBold);
      lines_.column(16).put(item.name);
      if (item.files > 0)
        lines_.column(0).put("(" + report::plural(item.files, "file") + ")", Ink::kDim);
      lines_.end();
      if (!item.advice.empty()) lines_.field(16, "fix", item.advice, Ink::kDim);
    }
    end_block();
  }

  void notes() {
    for (const std::string& text : report_.inventory.incomplete)
      lines_.field(0, "incomplete:", text, Ink::kWarning);
    for (const std::string& text : report_.notes) lines_.field(0, "note:", text);
    if (!report_.inventory.incomplete.empty() || !report_.notes.empty()) end_block();
  }

  void summary() {
    const auto line = [this](std::string_view what, Section section, const SeverityCounts& counts,
                             const std::string& more) {
      lines_.column(0).put(what);
      lines_.column(18);
      if (!report_.looked_for(section)) {
        lines_.put("not looked for", Ink::kDim).end();
        return;
      }
      lines_.put(counts.text(), counts.total() == 0 ? Ink::kGood : Ink::kBold);
      if (!more.empty()) lines_.put(", " + more, Ink::kDim);
      lines_.end();
    };
    line("vulnerabilities", Section::kVulnerabilities, count_vulnerabilities(report_),
         vulnerability_numbers());
    line("secrets", Section::kSecrets, count_secrets(report_), {});
    line("suspicious files", Section::kMalware, count_suspicions(report_), {});
    line("configuration", Section::kConfiguration, count_configuration(report_), {});
    if (!report_.database.empty()) lines_.field(0, "by", report_.database, Ink::kDim);
  }

  std::string vulnerability_numbers() const {
    std::uint64_t fixable = 0;
    std::uint64_t suppressed = 0;
    std::uint64_t of_base = 0;
    for (const vuln::Finding& finding : report_.vulnerabilities) {
      if (!finding.counts()) {
        ++suppressed;
        continue;
      }
      if (finding.fix_state == vuln::FixState::kFixed) ++fixable;
      const std::int32_t layer = report_.component_of(finding).layer;
      if (layer >= 0 && static_cast<std::size_t>(layer) < report_.base.layers) ++of_base;
    }
    const std::uint64_t total = count_vulnerabilities(report_).total();
    std::string text;
    if (total > 0) text = format_number(fixable) + " with a fix";
    if (suppressed > 0) text += (text.empty() ? "" : ", ") + format_number(suppressed) + " ignored";
    if (report_.base.layers > 0 && total > 0) {
      text += "; the base brings " + format_number(of_base) + ", you bring " +
              format_number(total - of_base);
    }
    return text;
  }

  const ImageReport& report_;
  const TableOptions& options_;
  std::string out_;
  Lines lines_;
};

}  // namespace

std::string write_table(const ImageReport& report, const TableOptions& options) {
  return Table(report, options).write();
}

}  // namespace yagura::imagescan
