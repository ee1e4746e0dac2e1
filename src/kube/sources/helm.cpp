#include "kube/sources/helm.hpp"

#include <algorithm>

namespace yagura::kube {

namespace {

constexpr std::string_view kSourceComment = "# Source: ";

std::string rendered_name(std::string_view chart, std::string_view source) {
  // "web/templates/deployment.yaml": the chart's name comes first.
  const std::size_t slash = source.find('/');
  std::string name(chart);
  if (slash != std::string_view::npos) name += source.substr(slash);
  return name + " (rendered)";
}

std::string first_lines(std::string_view text, std::size_t most) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < most && end < text.size(); ++i) {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  }
  std::string lines(text.substr(0, end));
  while (!lines.empty() && lines.back() == '\n') lines.pop_back();
  std::ranges::replace(lines, '\n', ' ');
  return lines;
}

}  // namespace

bool is_helm_chart(const FileTree& tree, const std::string& folder) {
  return tree.kind(join_path(folder, "Chart.yaml")) == EntryKind::kFile &&
         tree.kind(join_path(folder, "templates")) == EntryKind::kDirectory;
}

std::vector<RenderedTemplate> split_rendered(std::string_view output, std::string_view chart) {
  std::vector<RenderedTemplate> parts;
  const auto start = [&](std::string file) {
    if (parts.empty() || parts.back().file != file) {
      parts.push_back({.file = std::move(file), .text = {}});
    }
  };
  while (!output.empty()) {
    const std::size_t end = std::min(output.find("\n---", 0), output.size() - 1) + 1;
    std::string_view piece = output.substr(0, end);
    output.remove_prefix(end);
    std::string_view body = piece;
    if (body.starts_with("---")) body.remove_prefix(std::min(body.find('\n'), body.size() - 1) + 1);
    if (body.starts_with(kSourceComment)) {
      const std::size_t line = std::min(body.find('\n'), body.size());
      start(rendered_name(chart, body.substr(kSourceComment.size(), line - kSourceComment.size())));
    } else if (parts.empty()) {
      start(std::string(chart) + " (rendered)");
    }
    parts.back().text += piece;
  }
  return parts;
}

Result<std::vector<RenderedTemplate>> render_chart(const std::string& program,
                                                   const std::string& chart,
                                                   const ProcessLimits& limits) {
  const std::string path = chart.empty() ? "." : chart;
  // "./": a name that starts with a dash is no option, and one that looks like repo/chart is no
  // chart of a repository.
  const std::string argument = path.starts_with('/') || path.starts_with('.') ? path : "./" + path;
  auto run = run_process({program, "template", "release-name", argument}, limits);
  if (!run) return std::unexpected(std::move(run).error());
  if (run->exit_code != 0) {
    return fail(ErrorCode::kInvalidInput,
                "helm template failed: " + first_lines(run->error_text, 4));
  }
  return split_rendered(run->output, chart.empty() ? "." : chart);
}

}  // namespace yagura::kube
