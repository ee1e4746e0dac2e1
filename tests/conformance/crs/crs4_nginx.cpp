// All regression tests of OWASP CRS 4 through a real nginx with our module. What nginx itself does
// to a request before a module sees it stands in nginx-own.yaml, with the reasons; nothing else may
// be answered otherwise than the tests say.
//
//   crs4_nginx MODULE LIBRARY

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "core/file.hpp"
#include "crs_corpus.hpp"
#include "nginx_server.hpp"
#include "waf/load/load.hpp"
#include "wafcheck/network_driver.hpp"
#include "wafcheck/runner.hpp"
#include "wafcheck/settings.hpp"

namespace {

namespace fs = std::filesystem;
using namespace yagura;
using namespace yagura::conformance;
using namespace yagura::wafcheck;

int give_up(std::string_view why) {
  fmt::print("{}\n", why);
  return 1;
}

// A file with all that the published runs configure, since nginx's module reads its own directives
// after a folder's rules.
Result<fs::path> write_rules(const fs::path& folder, const fs::path& crs) {
  const std::string text = fmt::format(
      "{}\n{}\nInclude {}\nInclude {}/*.conf\n", waf::base_directives(), crs_test_settings(),
      (crs / "crs-setup.conf.example").string(), (crs / "rules").string());
  YAGURA_TRY_VOID(core::write_file(folder / "main.conf", text));
  return folder / "main.conf";
}

// Tests that pass without their entry in nginx-own.yaml, which then has to go.
Result<std::size_t> count_needless(const std::vector<Override>& own, std::vector<FtwTest> tests,
                                   Driver& driver) {
  std::erase_if(tests, [&](const FtwTest& test) {
    std::vector<FtwTest> one = {test};
    return apply_overrides(own, one) == 0;
  });
  std::size_t needless = 0;
  for (const FtwTest& test : tests) {
    YAGURA_TRY(const TestRun run, run_tests({test}, driver));
    if (run.failed() > 0) continue;
    ++needless;
    fmt::print("FAILED {}: passes without its entry in nginx-own.yaml\n", test.title());
  }
  return needless;
}

int run(const fs::path& folder, const NginxOptions& given, std::vector<FtwTest> tests) {
  Diagnostics diagnostics;
  const auto own = read_overrides(
      fs::path(YAGURA_SOURCE_DIR) / "tests/conformance/crs/nginx-own.yaml", diagnostics);
  print(diagnostics);
  if (diagnostics.has_errors()) return 1;
  const std::vector<FtwTest> as_written = tests;
  const std::size_t replaced = apply_overrides(own, tests);

  auto listener = LocalListener::open();
  if (!listener) return give_up(listener.error().message);
  const BackendServer backend(*std::move(listener));
  const auto rules = write_rules(folder, crs4_folder());
  if (!rules) return give_up(rules.error().message);
  NginxOptions options = given;
  options.rules = *rules;
  options.backend_port = backend.port();
  options.folder = folder;
  const auto nginx = NginxServer::start(options);
  if (!nginx) return give_up(nginx.error().message);
  const auto driver = NetworkDriver::open((*nginx)->endpoint(), (*nginx)->log());
  if (!driver) return give_up(driver.error().message);
  const auto result = run_tests(tests, **driver);
  if (!result) return give_up(result.error().message);
  const auto needless = count_needless(own, as_written, **driver);
  if (!needless) return give_up(needless.error().message);
  fmt::print("{:.1f} s, {} outputs are nginx's own\n{}", result->seconds, replaced,
             report_text(*result));
  return result->failed() == 0 && *needless == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return give_up("usage: crs4_nginx MODULE LIBRARY");
  if (crs4_folder().empty()) {
    fmt::print("skipped: no corpora\n");
    return kSkipped;
  }
  if (find_nginx().empty()) {
    fmt::print("skipped: no nginx\n");
    return kSkipped;
  }
  auto tests = crs4_tests();
  if (tests.empty()) return 1;
  std::string pattern = (fs::temp_directory_path() / "yagura-crs-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return give_up("no temporary folder");
  const NginxOptions options{
      .module = fs::absolute(argv[1]), .library = fs::absolute(argv[2]), .rules = {}, .folder = {}};
  const int status = run(pattern, options, std::move(tests));
  if (std::getenv("YAGURA_KEEP") == nullptr) {
    fs::remove_all(pattern);
  } else {
    fmt::print("kept {}\n", pattern);
  }
  return status;
}
