#pragma once

// The function libraries that Kubernetes adds to CEL (k8s.io/apiserver/pkg/cel/library), with the
// runtime cost that its cost estimator gives each call, and the environment that its policies are
// compiled in.

#include <memory>
#include <span>

#include "policy/check/environment.hpp"
#include "policy/library/function.hpp"
#include "policy/syntax/parse.hpp"

namespace yagura::policy {

[[nodiscard]] std::span<const Function> kubernetes_quantity_functions();
[[nodiscard]] std::span<const Function> kubernetes_semver_functions();
[[nodiscard]] std::span<const Function> kubernetes_url_functions();
[[nodiscard]] std::span<const Function> kubernetes_format_functions();
[[nodiscard]] std::span<const Function> kubernetes_regex_functions();
[[nodiscard]] std::span<const Function> kubernetes_list_functions();
[[nodiscard]] std::span<const Function> kubernetes_ip_functions();
[[nodiscard]] std::span<const Function> kubernetes_cidr_functions();
[[nodiscard]] std::span<const Function> kubernetes_authorizer_functions();
[[nodiscard]] std::span<const Function> kubernetes_jsonpatch_functions();

// What a kube-apiserver 1.34 offers to admission policies: the standard library, optionals, the
// string and set extensions, two-variable comprehensions, and all of the above but jsonpatch
// (mutating policies alone have that). No variables. Made once; shared.
[[nodiscard]] std::shared_ptr<const Environment> kubernetes_environment();

// The macros that go with it: no cel.bind, no math.greatest.
[[nodiscard]] ParseOptions kubernetes_parse_options();

}  // namespace yagura::policy
