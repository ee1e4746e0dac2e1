#pragma once

// The named string formats of Kubernetes (k8s.io/apimachinery/pkg/util/validation, and those of
// kube-openapi's strfmt that CEL's `format` library offers). Used by that library and wherever our
// own checks need a name to be one.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::policy {

// Why the text is not of the format; empty: it is. Linear in the text.
using FormatCheck = std::vector<std::string> (*)(std::string_view text);

struct NameFormat {
  std::string_view name;  // "dns1123Label"
  FormatCheck check = nullptr;
  // Length of the expression that upstream matches with: its cost model counts it.
  std::uint32_t regex_size = 0;
};

[[nodiscard]] std::span<const NameFormat> name_formats();
[[nodiscard]] const NameFormat* find_name_format(std::string_view name);  // null: there is none

// The ones that checks of documents use directly.
[[nodiscard]] std::vector<std::string> check_dns1123_label(std::string_view text);
[[nodiscard]] std::vector<std::string> check_dns1123_subdomain(std::string_view text);
[[nodiscard]] std::vector<std::string> check_dns1035_label(std::string_view text);
[[nodiscard]] std::vector<std::string> check_qualified_name(std::string_view text);
[[nodiscard]] std::vector<std::string> check_label_value(std::string_view text);

}  // namespace yagura::policy
