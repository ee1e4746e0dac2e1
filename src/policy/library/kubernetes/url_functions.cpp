#include <unordered_map>
#include <vector>

#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/library/kubernetes/opaque_value.hpp"
#include "policy/library/kubernetes/url.hpp"
#include "policy/program/collections.hpp"

namespace yagura::policy {

namespace {

struct UrlTraits {
  using Data = Url;
  static constexpr std::string_view kTypeName = "kubernetes.URL";
  static bool equals(const Data& a, const Data& b) { return a == b; }
  static std::string text(const Data& data) { return std::string(data.raw); }
};

Value to_url(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  std::string problem;
  const auto url = Url::parse(args[0].as_string(), context.arena(), &problem);
  if (!url) return context.error("URL parse error during conversion from string: " + problem);
  return make_opaque<UrlTraits>(context, *url);
}

Value is_url(EvalContext&, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  return Value::boolean(check_request_uri(args[0].as_string()).empty());
}

Value get_scheme(EvalContext&, std::span<const Value> args) {
  const Url* url = opaque_data<UrlTraits>(args[0]);
  return url == nullptr ? EvalContext::no_such_overload() : Value::string(url->scheme);
}

Value get_host(EvalContext&, std::span<const Value> args) {
  const Url* url = opaque_data<UrlTraits>(args[0]);
  return url == nullptr ? EvalContext::no_such_overload() : Value::string(url->host);
}

Value get_hostname(EvalContext&, std::span<const Value> args) {
  const Url* url = opaque_data<UrlTraits>(args[0]);
  return url == nullptr ? EvalContext::no_such_overload() : Value::string(url->hostname());
}

Value get_port(EvalContext&, std::span<const Value> args) {
  const Url* url = opaque_data<UrlTraits>(args[0]);
  return url == nullptr ? EvalContext::no_such_overload() : Value::string(url->port());
}

Value get_escaped_path(EvalContext& context, std::span<const Value> args) {
  const Url* url = opaque_data<UrlTraits>(args[0]);
  if (url == nullptr) return EvalContext::no_such_overload();
  return context.copy_string(url->escaped_path());
}

Value get_query(EvalContext& context, std::span<const Value> args) {
  const Url* url = opaque_data<UrlTraits>(args[0]);
  if (url == nullptr) return EvalContext::no_such_overload();
  const auto pairs = url->query();
  // Values of one key, in order. Keys are few; a map of lists is built key by key.
  MapBuilder map(context.arena(), pairs.size());
  std::unordered_map<std::string_view, std::vector<Value>> values;
  std::vector<std::string_view> keys;
  for (const auto& [key, value] : pairs) {
    auto& list = values[key];
    if (list.empty()) keys.push_back(key);
    list.push_back(context.copy_string(value));
  }
  for (const std::string_view key : keys) {
    map.add_or_replace(context.copy_string(key), context.copy_list(values[key]));
  }
  return map.build();
}

constexpr OverloadSignature kToUrl[] = {{"string_to_url", "url(string) -> kubernetes.URL"}};
constexpr OverloadSignature kIsUrl[] = {{"is_url_string", "isURL(string) -> bool"}};
constexpr OverloadSignature kGetScheme[] = {
    {"url_get_scheme", "kubernetes.URL.getScheme() -> string"}};
constexpr OverloadSignature kGetHost[] = {{"url_get_host", "kubernetes.URL.getHost() -> string"}};
constexpr OverloadSignature kGetHostname[] = {
    {"url_get_hostname", "kubernetes.URL.getHostname() -> string"}};
constexpr OverloadSignature kGetPort[] = {{"url_get_port", "kubernetes.URL.getPort() -> string"}};
constexpr OverloadSignature kGetEscapedPath[] = {
    {"url_get_escaped_path", "kubernetes.URL.getEscapedPath() -> string"}};
constexpr OverloadSignature kGetQuery[] = {
    {"url_get_query", "kubernetes.URL.getQuery() -> map(string, list(string))"}};

constexpr Function kFunctions[] = {
    {.name = "url",
     .overloads = kToUrl,
     .implementation = to_url,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
    {.name = "isURL", .overloads = kIsUrl, .implementation = is_url, .min_args = 1, .max_args = 1},
    {.name = "getScheme",
     .overloads = kGetScheme,
     .implementation = get_scheme,
     .min_args = 1,
     .max_args = 1},
    {.name = "getHost",
     .overloads = kGetHost,
     .implementation = get_host,
     .min_args = 1,
     .max_args = 1},
    {.name = "getHostname",
     .overloads = kGetHostname,
     .implementation = get_hostname,
     .min_args = 1,
     .max_args = 1},
    {.name = "getPort",
     .overloads = kGetPort,
     .implementation = get_port,
     .min_args = 1,
     .max_args = 1},
    {.name = "getEscapedPath",
     .overloads = kGetEscapedPath,
     .implementation = get_escaped_path,
     .min_args = 1,
     .max_args = 1},
    {.name = "getQuery",
     .overloads = kGetQuery,
     .implementation = get_query,
     .min_args = 1,
     .max_args = 1},
};

}  // namespace

std::span<const Function> kubernetes_url_functions() { return kFunctions; }

}  // namespace yagura::policy
