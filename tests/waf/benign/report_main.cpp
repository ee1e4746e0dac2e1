// waf_benign_report [--rules DIR] [--paranoia N] [--write DIR] [-v] [--peer]: how many of this
// folder's requests a rule set blocks, by category. Without --rules: CRS 4 of YAGURA_CORPORA.
// --write makes a raw HTTP file of each request, for `yagura waf check`; --peer asks
// libmodsecurity, too. Fails where a rule was not evaluated: then the figures would say nothing.

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>

#include "benign_requests.hpp"
#include "core/file.hpp"
#include "waf/load/load.hpp"
#include "wafcheck/check.hpp"
#include "wafcheck/http_request.hpp"
#include "wafcheck/settings.hpp"
#ifdef YAGURA_HAVE_MODSECURITY
#include "waf/peer.hpp"
#endif

namespace {

namespace fs = std::filesystem;
using namespace yagura;
using waf::benign::BenignRequest;

constexpr int kSkipped = 77;
constexpr int kLastScoring = 2;  // what later phases log of a request is no reason of its own

struct Options {
  fs::path rules, write;
  unsigned paranoia = 1;
  bool verbose = false;
  bool peer = false;
};

fs::path default_rules() {
  const char* const corpora = std::getenv("YAGURA_CORPORA");
  const fs::path root =
      corpora != nullptr ? fs::path(corpora) : fs::path(YAGURA_SOURCE_DIR) / "../shared/corpora";
  return root / "crs";
}

std::optional<Options> read_options(int argc, char** argv) {
  Options options{.rules = default_rules()};
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "-v" || name == "--peer") {
      (name == "-v" ? options.verbose : options.peer) = true;
      continue;
    }
    if (++i == argc) return std::nullopt;
    if (name == "--rules") {
      options.rules = argv[i];
    } else if (name == "--write") {
      options.write = argv[i];
    } else if (name == "--paranoia") {
      options.paranoia = static_cast<unsigned>(std::atoi(argv[i]));
    } else {
      return std::nullopt;
    }
  }
  return options;
}

struct Figures {
  int requests = 0, blocked = 0, detected = 0, blocked_by_peer = 0;
};

// libmodsecurity under the same rules; says no to every request where it is not there.
class PeerEngine {
 public:
#ifdef YAGURA_HAVE_MODSECURITY
  PeerEngine(const fs::path& rules, const std::string& settings)
      : engine_(bench::Peer3::load(rules, std::string(waf::base_directives()) + "\n" + settings)) {}
  [[nodiscard]] bool is_there() const { return engine_ != nullptr; }
  Result<bool> blocks(const BenignRequest& request) {
    YAGURA_TRY(const auto read, wafcheck::read_http_request(request.raw));
    return engine_->inspect(read);
  }

 private:
  std::unique_ptr<bench::Peer3> engine_;
#else
  PeerEngine(const fs::path&, const std::string&) {}
  [[nodiscard]] bool is_there() const { return false; }
  Result<bool> blocks(const BenignRequest&) { return false; }
#endif
};

std::string file_name(const BenignRequest& request, int number) {
  std::string name = fmt::format("{}-{:03}-", request.category, number);
  for (const char byte : request.name) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
    name += plain ? byte : '-';
  }
  return name + ".http";
}

Result<void> write_all(const std::vector<BenignRequest>& requests, const fs::path& folder) {
  fs::create_directories(folder);
  int number = 0;
  for (const BenignRequest& request : requests) {
    YAGURA_TRY_VOID(core::write_file(folder / file_name(request, ++number), request.raw));
  }
  return {};
}

class Report {
 public:
  Report(std::shared_ptr<const waf::RuleSet> rules, std::optional<PeerEngine> peer)
      : checker_(std::move(rules)), peer_(std::move(peer)) {}

  Result<void> check(const BenignRequest& request, bool verbose) {
    YAGURA_TRY(const auto checked,
               checker_.check(request.category + ": " + request.name, request.raw, std::nullopt));
    not_evaluated_ += checked.not_evaluated;
    Figures& figures = categories_[request.category];
    ++figures.requests;
    if (checked.verdict == wafcheck::CheckVerdict::kBlocked) {
      ++figures.blocked;
      for (const auto& match : checked.matches) {
        if (match.phase <= kLastScoring && !match.decided) ++rules_[match.rule];
      }
    }
    if (checked.verdict == wafcheck::CheckVerdict::kDetected) ++figures.detected;
    if (peer_) YAGURA_TRY_VOID(ask_peer(request, checked, figures));
    if (verbose && checked.verdict != wafcheck::CheckVerdict::kPass) {
      fmt::print("{}", wafcheck::check_line(checked));
    }
    return {};
  }

  void print() const {
    Figures all;
    fmt::print("| category | requests | blocked | rate | below the threshold |{}\n",
               peer_ ? " libmodsecurity blocks |" : "");
    fmt::print("|---|---:|---:|---:|---:|{}\n", peer_ ? "---:|" : "");
    for (const auto& [category, figures] : categories_) {
      print_row(category, figures);
      all.requests += figures.requests;
      all.blocked += figures.blocked;
      all.detected += figures.detected;
      all.blocked_by_peer += figures.blocked_by_peer;
    }
    print_row("**all**", all);
    fmt::print("\n| rule | matches in blocked requests |\n|---|---:|\n");
    std::multimap<int, waf::RuleId, std::greater<>> by_count;
    for (const auto& [rule, count] : rules_) by_count.emplace(count, rule);
    for (const auto& [count, rule] : by_count) fmt::print("| {} | {} |\n", rule, count);
  }

  [[nodiscard]] std::uint64_t not_evaluated() const { return not_evaluated_; }

 private:
  Result<void> ask_peer(const BenignRequest& request, const wafcheck::CheckedRequest& checked,
                        Figures& figures) {
    YAGURA_TRY(const bool blocked, peer_->blocks(request));
    if (blocked) ++figures.blocked_by_peer;
    const bool ours = checked.verdict == wafcheck::CheckVerdict::kBlocked;
    if (blocked != ours) {
      fmt::print("{}: {} blocks it\n", checked.name, ours ? "only ours" : "only libmodsecurity");
    }
    return {};
  }

  void print_row(std::string_view name, const Figures& figures) const {
    fmt::print("| {} | {} | {} | {:.1f} % | {} |", name, figures.requests, figures.blocked,
               100.0 * figures.blocked / figures.requests, figures.detected);
    fmt::print("{}", peer_ ? fmt::format(" {} |\n", figures.blocked_by_peer) : "\n");
  }

  wafcheck::RequestChecker checker_;
  std::optional<PeerEngine> peer_;
  std::map<std::string, Figures> categories_;
  std::map<waf::RuleId, int> rules_;
  std::uint64_t not_evaluated_ = 0;
};

Result<int> run(const Options& options) {
  YAGURA_TRY(const auto requests, waf::benign::read_benign_requests(YAGURA_BENIGN_FOLDER));
  if (!options.write.empty()) YAGURA_TRY_VOID(write_all(requests, options.write));
  if (!fs::exists(options.rules)) {
    fmt::print("skipped: no corpora\n");
    return kSkipped;
  }
  Diagnostics diagnostics;
  const std::string settings = wafcheck::crs_level_settings(options.paranoia, 5);
  auto rules = waf::load_rules({.path = options.rules, .directives_before = settings}, diagnostics);
  if (rules == nullptr) return fail(ErrorCode::kInvalidInput, "the rules cannot be loaded");
  std::optional<PeerEngine> peer;
  if (options.peer) peer.emplace(options.rules, settings);
  if (peer && !peer->is_there()) {
    return fail(ErrorCode::kNotFound, "--peer: libmodsecurity is not there, or refuses the rules");
  }
  Report report(std::move(rules), std::move(peer));
  for (const BenignRequest& request : requests) {
    YAGURA_TRY_VOID(report.check(request, options.verbose));
  }
  report.print();
  if (report.not_evaluated() != 0) {
    fmt::print("\n{} times a rule was not evaluated\n", report.not_evaluated());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (!options) {
    fmt::print(
        "usage: waf_benign_report [--rules DIR] [--paranoia N] [--write DIR] [-v] [--peer]\n");
    return 2;
  }
  const auto code = run(*options);
  if (!code) {
    fmt::print("{}\n", code.error().message);
    return 1;
  }
  return *code;
}
