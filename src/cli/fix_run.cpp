#include "cli/fix_run.hpp"

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "kube/edit.hpp"
#include "model/finding.hpp"

namespace yagura::cli {

namespace {

struct Plan {
  std::vector<kube::FixRequest> requests;
};

struct Tally {
  std::size_t applied = 0;
  std::size_t refused = 0;
  std::size_t by_hand = 0;     // no mechanical fix
  std::size_t not_a_file = 0;  // standard input, archives, built or rendered objects
  std::size_t files = 0;
};

// Only what was read from one plain file can be written back.
bool is_plain_file(const kube::Document& document) {
  const std::string& name = document.source().name();
  return !document.is_composed() && name != "-" && name.find('!') == std::string::npos;
}

void print_diff(const std::string& diff, bool color) {
  if (!color) {
    std::fwrite(diff.data(), 1, diff.size(), stdout);
    return;
  }
  std::string_view rest = diff;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    const char* paint = line.starts_with('+')   ? "\033[32m"
                        : line.starts_with('-') ? "\033[31m"
                        : line.starts_with('@') ? "\033[36m"
                                                : "";
    std::printf("%s%.*s%s", paint, static_cast<int>(line.size()), line.data(),
                *paint == '\0' ? "" : "\033[0m");
  }
}

class FixRun {
 public:
  FixRun(std::span<const kube::Document> documents, const posture::ScanResult& result,
         const FixOptions& options, Diagnostics& diagnostics)
      : documents_(documents), result_(result), options_(options), diagnostics_(diagnostics) {}

  Result<ExitCode> run() {
    collect();
    for (const auto& [source, plan] : plans_) YAGURA_TRY_VOID(edit(*source, plan));
    print_tally();
    const bool left = tally_.by_hand + tally_.refused + tally_.not_a_file > 0;
    return left || (tally_.applied > 0 && !options_.write) ? ExitCode::kFindings : ExitCode::kClean;
  }

 private:
  void collect() {
    std::unordered_map<const model::Resource*, const kube::Document*> document_of;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      document_of.emplace(result_.resources[i].get(), &documents_[i]);
    }
    for (const model::Finding& finding : result_.findings) {
      if (finding.status != model::Status::kFail) continue;
      const auto found = document_of.find(finding.resource.get());
      if (finding.fix.operations.empty() || found == document_of.end()) {
        ++tally_.by_hand;
      } else if (!is_plain_file(*found->second)) {
        ++tally_.not_a_file;
      } else {
        plan_of(found->second->source())
            .requests.push_back({.document = found->second, .operations = finding.fix.operations});
      }
    }
  }

  Plan& plan_of(const kube::Source& source) {
    const auto [place, added] = plan_index_.emplace(&source, plans_.size());
    if (added) plans_.emplace_back(&source, Plan{});
    return plans_[place->second].second;
  }

  Result<void> edit(const kube::Source& source, const Plan& plan) {
    std::vector<kube::Document> own;
    for (const kube::Document& document : documents_) {
      if (&document.source() == &source) own.push_back(document);
    }
    // Requests must name the copies.
    std::unordered_map<const kube::Node*, const kube::Document*> copy_of;
    for (const kube::Document& document : own) copy_of.emplace(&document.root(), &document);
    std::vector<kube::FixRequest> requests = plan.requests;
    for (kube::FixRequest& request : requests)
      request.document = copy_of.at(&request.document->root());

    YAGURA_TRY(const kube::EditResult edited, kube::edit_source(source, own, requests));
    tally_.applied += edited.applied.size();
    tally_.refused += edited.refused.size();
    for (const kube::FixRefusal& refusal : edited.refused) {
      diagnostics_.warning(source.name(), 0, 0, "a fix is left to you: " + refusal.reason);
    }
    if (edited.edits.empty()) return {};
    ++tally_.files;
    if (options_.write) return core::write_file(source.name(), edited.text);
    print_diff(kube::unified_diff(source.text(), edited.text, source.name()), options_.color);
    return {};
  }

  void print_tally() const {
    std::string text = counted(tally_.applied, "finding") +
                       (options_.write ? " mended in " : " can be mended in ") +
                       counted(tally_.files, "file");
    if (tally_.by_hand > 0)
      text += "; " + counted(tally_.by_hand, "finding") + " for you to decide";
    if (tally_.refused > 0)
      text += "; " + counted(tally_.refused, "fix", "fixes") + " could not be written safely";
    if (tally_.not_a_file > 0) {
      text += "; " + counted(tally_.not_a_file, "finding") +
              " in what has no file of its own to change";
    }
    if (!options_.write && tally_.applied > 0) text += "; --fix --write changes the files";
    std::fprintf(stderr, "%s\n", text.c_str());
  }

  static std::string counted(std::size_t number, const std::string& one,
                             const std::string& many = {}) {
    return std::to_string(number) + " " + (number == 1 ? one : many.empty() ? one + "s" : many);
  }

  std::span<const kube::Document> documents_;
  const posture::ScanResult& result_;
  const FixOptions& options_;
  Diagnostics& diagnostics_;
  std::vector<std::pair<const kube::Source*, Plan>> plans_;  // in the order of the input
  std::unordered_map<const kube::Source*, std::size_t> plan_index_;
  Tally tally_;
};

}  // namespace

Result<ExitCode> run_fix(std::span<const kube::Document> documents,
                         const posture::ScanResult& result, const FixOptions& options,
                         Diagnostics& diagnostics) {
  return FixRun(documents, result, options, diagnostics).run();
}

}  // namespace yagura::cli
