#include "policy/library/kubernetes/kubernetes_library.hpp"

#include "core/check.hpp"
#include "policy/library/library.hpp"

namespace yagura::policy {

namespace {

constexpr std::string_view kAbstractTypes[] = {
    "kubernetes.Quantity",
    "kubernetes.Semver",
    "kubernetes.URL",
    "kubernetes.NamedFormat",
    "net.IP",
    "net.CIDR",
    "kubernetes.authorization.Authorizer",
    "kubernetes.authorization.PathCheck",
    "kubernetes.authorization.GroupCheck",
    "kubernetes.authorization.ResourceCheck",
    "kubernetes.authorization.Decision",
};

std::shared_ptr<const Environment> make_environment() {
  EnvironmentBuilder builder(base_environment());
  builder.functions(standard_functions())
      .functions(optional_functions())
      .functions(string_functions())
      .functions(set_functions())
      .functions(macro_functions());
  for (const auto table :
       {kubernetes_quantity_functions(), kubernetes_semver_functions(), kubernetes_url_functions(),
        kubernetes_format_functions(), kubernetes_regex_functions(), kubernetes_list_functions(),
        kubernetes_ip_functions(), kubernetes_cidr_functions(),
        kubernetes_authorizer_functions()}) {
    builder.functions(table);
  }
  for (const std::string_view name : kAbstractTypes) {
    builder.type_name(name, builder.types().opaque(name));
  }
  auto environment = builder.build();
  YAGURA_CHECK(environment.has_value(), "the tables are ours");
  return *environment;
}

}  // namespace

std::shared_ptr<const Environment> kubernetes_environment() {
  static const std::shared_ptr<const Environment> environment = make_environment();
  return environment;
}

ParseOptions kubernetes_parse_options() {
  ParseOptions options;
  options.macros.bind = false;
  options.macros.math = false;
  options.macros.lists = false;
  options.macros.proto = false;
  return options;
}

}  // namespace yagura::policy
