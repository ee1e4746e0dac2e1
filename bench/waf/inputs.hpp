#pragma once

// Requests and rules of the WAF's benchmark.

#include <filesystem>
#include <string>
#include <vector>

namespace yagura::bench {

struct BenchRequest {
  std::string name;  // "get"
  std::string text;  // raw
};

// *.http of YAGURA_BENCH_REQUESTS, else of ../shared/bench/waf beside the project, else of
// bench/waf/requests.
std::vector<BenchRequest> bench_requests();
// CRS 4 of the corpora, else Debian's modsecurity-crs.
std::filesystem::path bench_rules();
// A form of `count` arguments of ordinary text.
std::string form_of(std::size_t count);

}  // namespace yagura::bench
