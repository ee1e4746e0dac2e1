#pragma once

#include <string>

#include "imagescan/report/image_report.hpp"

namespace yagura::imagescan {

// Everything in the report: docs/image-json.md. Members stand in a fixed order; nothing of it
// depends on the machine but `time` and `duration_ms`.
[[nodiscard]] std::string write_json(const ImageReport& report);

// GitLab's container scanning report, schema version 15.0.7 (vulnerabilities that count alone).
[[nodiscard]] std::string write_gitlab(const ImageReport& report);

// GitHub's dependency submission snapshot (REST API, "dependency-graph/snapshots"), version 0. What
// only a workflow run knows (sha, ref, job) comes from GitHub's own environment variables, read by
// the caller.
struct GithubContext {
  std::string sha;
  std::string ref;
  std::string job;
  std::string run_id;
};
[[nodiscard]] std::string write_github(const ImageReport& report, const GithubContext& context);

}  // namespace yagura::imagescan
