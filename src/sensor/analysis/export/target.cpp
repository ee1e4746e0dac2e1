#include "sensor/analysis/export/target.hpp"

#include "core/json_text.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxName = 63;

std::string_view next_part(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return part;
}

}  // namespace

ExportTarget export_target(std::string_view workload_key) {
  if (workload_key.starts_with("image:") || workload_key.find('/') == std::string_view::npos) {
    const std::string_view name = workload_key.substr(workload_key.find(':') + 1);
    return {.name = std::string(name)};
  }
  ExportTarget target;
  target.name_space = next_part(workload_key);
  target.kind = next_part(workload_key);
  target.name = next_part(workload_key);
  target.container = workload_key;
  return target;
}

std::string export_name(const ExportTarget& target) {
  std::string name = target.name;
  if (!target.container.empty() && target.container != target.name) name += "-" + target.container;
  std::string out;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const char safe = is_upper ? static_cast<char>(c + ('a' - 'A')) : is_plain ? c : '-';
    if (safe == '-' && (out.empty() || out.back() == '-')) continue;
    if (out.size() < kMaxName) out += safe;
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "workload" : out;
}

std::string yaml_text(std::string_view text) {
  std::string out;
  core::append_json_string(out, text);
  return out;
}

}  // namespace yagura::sensor
