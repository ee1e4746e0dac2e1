#include "waf/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/file.hpp"

namespace yagura::bench {

namespace fs = std::filesystem;

namespace {

const char* const kSource = YAGURA_SOURCE_DIR;

fs::path folder(const char* variable, const fs::path& otherwise) {
  const char* named = std::getenv(variable);
  return named != nullptr && *named != '\0' ? fs::path(named) : otherwise;
}

}  // namespace

std::vector<BenchRequest> bench_requests() {
  fs::path where = folder("YAGURA_BENCH_REQUESTS", fs::path(kSource) / "../shared/bench/waf");
  if (!fs::is_directory(where)) where = fs::path(kSource) / "bench/waf/requests";
  std::vector<BenchRequest> requests;
  for (const auto& entry : fs::directory_iterator(where)) {
    if (entry.path().extension() != ".http") continue;
    auto text = core::read_file(entry.path());
    if (text) requests.push_back({entry.path().stem().string(), *std::move(text)});
  }
  std::sort(requests.begin(), requests.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return requests;
}

fs::path bench_rules() {
  const fs::path crs = folder("YAGURA_CORPORA", fs::path(kSource) / "../shared/corpora") / "crs";
  return fs::is_directory(crs) ? crs : fs::path("/usr/share/modsecurity-crs");
}

std::string form_of(std::size_t count) {
  static constexpr const char* kWords[] = {"garden", "window", "seven",  "paper", "quiet",
                                           "market", "yellow", "planet", "river", "lamp"};
  std::string body;
  for (std::size_t i = 0; i < count; ++i) {
    body += fmt::format("{}field_{}={}+{}+{}", i == 0 ? "" : "&", i, kWords[i % 10],
                        kWords[(i / 10) % 10], kWords[(i / 100) % 10]);
  }
  return fmt::format(
      "POST /account HTTP/1.1\r\nHost: shop.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux "
      "x86_64)\r\nAccept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Content-Length: {}\r\n\r\n{}",
      body.size(), body);
}

}  // namespace yagura::bench
