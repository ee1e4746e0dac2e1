#pragma once

// What an export is for: the parts of a workload's key.

#include <string>
#include <string_view>

namespace yagura::sensor {

// "shop/Deployment/web/main"; of a bare container's key ("image:…") and the host's the names are
// empty but for `name`.
struct ExportTarget {
  std::string name_space;
  std::string kind;
  std::string name;
  std::string container;
  [[nodiscard]] bool is_pod() const { return !kind.empty(); }
};

[[nodiscard]] ExportTarget export_target(std::string_view workload_key);

// A name of lower-case letters, digits and hyphens, at most 63 (RFC 1123), made of the target.
[[nodiscard]] std::string export_name(const ExportTarget& target);

// A text as a YAML scalar: in double quotes, which JSON's form is.
[[nodiscard]] std::string yaml_text(std::string_view text);

}  // namespace yagura::sensor
