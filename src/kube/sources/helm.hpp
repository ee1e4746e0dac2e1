#pragma once

// Helm charts: recognised, and rendered by the `helm` program where there is one.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "kube/sources/file_tree.hpp"
#include "kube/sources/process.hpp"

namespace yagura::kube {

// A folder with Chart.yaml and templates/.
[[nodiscard]] bool is_helm_chart(const FileTree& tree, const std::string& folder);

// What one template became.
struct RenderedTemplate {
  std::string file;  // "charts/web/templates/deployment.yaml (rendered)"
  std::string text;
};

// `helm template` with the chart's default values. `chart` is a folder or a packaged chart on disk.
// The error has Helm's own words.
[[nodiscard]] Result<std::vector<RenderedTemplate>> render_chart(const std::string& program,
                                                                 const std::string& chart,
                                                                 const ProcessLimits& limits);

// Splits Helm's output at its `# Source: chart/templates/x.yaml` comments; the chart's own name
// there is replaced by `chart`, the path that the user knows. What stands before the first comment
// is under "CHART (rendered)".
[[nodiscard]] std::vector<RenderedTemplate> split_rendered(std::string_view output,
                                                           std::string_view chart);

}  // namespace yagura::kube
