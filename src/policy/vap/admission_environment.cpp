#include "policy/vap/admission_environment.hpp"

#include <array>

#include "core/check.hpp"
#include "policy/library/kubernetes/kubernetes_library.hpp"

namespace yagura::policy {

namespace {

struct Field {
  std::string_view name;
  std::string_view type;
};

void add_structure(EnvironmentBuilder& builder, std::string_view name,
                   std::initializer_list<Field> fields) {
  StructDecl declaration{.name = std::string(name), .fields = {}};
  for (const Field& field : fields) {
    const auto type = builder.parse_type(field.type);
    YAGURA_CHECK(type.has_value(), "the types are ours");
    declaration.fields.push_back({.name = std::string(field.name), .type = *type});
  }
  builder.structure(std::move(declaration));
}

// An object type that add_structure() declared: parse_type() reads such names as abstract types.
void add_object_variable(EnvironmentBuilder& builder, std::string_view name,
                         std::string_view type) {
  builder.variable(name, builder.types().structure(type));
}

void add_request(EnvironmentBuilder& builder) {
  add_structure(builder, "kubernetes.GroupVersionKind",
                {{"group", "string"}, {"version", "string"}, {"kind", "string"}});
  add_structure(builder, "kubernetes.GroupVersionResource",
                {{"group", "string"}, {"version", "string"}, {"resource", "string"}});
  add_structure(builder, "kubernetes.UserInfo",
                {{"username", "string"},
                 {"uid", "string"},
                 {"groups", "list(string)"},
                 {"extra", "map(string, list(string))"}});
  TypeTable& types = builder.types();
  const Type* kind = types.structure("kubernetes.GroupVersionKind");
  const Type* resource = types.structure("kubernetes.GroupVersionResource");
  builder.structure(
      {.name = "kubernetes.AdmissionRequest",
       .fields = {{.name = "kind", .type = kind},
                  {.name = "resource", .type = resource},
                  {.name = "subResource", .type = &types::kString},
                  {.name = "requestKind", .type = kind},
                  {.name = "requestResource", .type = resource},
                  {.name = "requestSubResource", .type = &types::kString},
                  {.name = "name", .type = &types::kString},
                  {.name = "namespace", .type = &types::kString},
                  {.name = "operation", .type = &types::kString},
                  {.name = "userInfo", .type = types.structure("kubernetes.UserInfo")},
                  {.name = "dryRun", .type = &types::kBool},
                  {.name = "options", .type = &types::kDyn}}});
  add_object_variable(builder, "request", "kubernetes.AdmissionRequest");
}

// Upstream leaves managedFields and ownerReferences out on purpose.
void add_namespace(EnvironmentBuilder& builder) {
  add_structure(builder, "kubernetes.NamespaceSpec", {{"finalizers", "list(string)"}});
  add_structure(builder, "kubernetes.NamespaceCondition",
                {{"status", "string"},
                 {"type", "string"},
                 {"lastTransitionTime", "google.protobuf.Timestamp"},
                 {"message", "string"},
                 {"reason", "string"}});
  add_structure(builder, "kubernetes.NamespaceMetadata",
                {{"name", "string"},
                 {"generateName", "string"},
                 {"namespace", "string"},
                 {"labels", "map(string, string)"},
                 {"annotations", "map(string, string)"},
                 {"UID", "string"},
                 {"creationTimestamp", "google.protobuf.Timestamp"},
                 {"deletionGracePeriodSeconds", "int"},
                 {"deletionTimestamp", "google.protobuf.Timestamp"},
                 {"generation", "int"},
                 {"resourceVersion", "string"},
                 {"finalizers", "list(string)"}});
  TypeTable& types = builder.types();
  builder.structure(
      {.name = "kubernetes.NamespaceStatus",
       .fields = {{.name = "conditions",
                   .type = types.list(types.structure("kubernetes.NamespaceCondition"))},
                  {.name = "phase", .type = &types::kString}}});
  builder.structure(
      {.name = "kubernetes.Namespace",
       .fields = {{.name = "metadata", .type = types.structure("kubernetes.NamespaceMetadata")},
                  {.name = "spec", .type = types.structure("kubernetes.NamespaceSpec")},
                  {.name = "status", .type = types.structure("kubernetes.NamespaceStatus")}}});
  add_object_variable(builder, "namespaceObject", "kubernetes.Namespace");
}

std::shared_ptr<const Environment> make_base() {
  EnvironmentBuilder builder(kubernetes_environment());
  builder.variable("object", &types::kDyn).variable("oldObject", &types::kDyn);
  add_request(builder);
  add_namespace(builder);
  auto environment = builder.build();
  YAGURA_CHECK(environment.has_value(), "the declarations are ours");
  return *environment;
}

std::shared_ptr<const Environment> make_environment(AdmissionVariables variables) {
  static const std::shared_ptr<const Environment> base = make_base();
  if (!variables.params && !variables.authorizer) return base;
  EnvironmentBuilder builder(base);
  if (variables.params) builder.variable("params", &types::kDyn);
  if (variables.authorizer) {
    builder.variable("authorizer", builder.types().opaque("kubernetes.authorization.Authorizer"));
    builder.variable("authorizer.requestResource",
                     builder.types().opaque("kubernetes.authorization.ResourceCheck"));
  }
  auto environment = builder.build();
  YAGURA_CHECK(environment.has_value(), "the declarations are ours");
  return *environment;
}

}  // namespace

std::shared_ptr<const Environment> admission_environment(AdmissionVariables variables) {
  static const std::array<std::shared_ptr<const Environment>, 4> environments = {
      make_environment({.params = false, .authorizer = false}),
      make_environment({.params = true, .authorizer = false}),
      make_environment({.params = false, .authorizer = true}),
      make_environment({.params = true, .authorizer = true})};
  return environments[(variables.params ? 1U : 0U) + (variables.authorizer ? 2U : 0U)];
}

const Type* composed_type(const Type& type, TypeTable& types) {
  switch (type.kind) {
    case TypeKind::kList:
      return types.list(composed_type(*type.parameters[0], types));
    case TypeKind::kMap:
      return types.map(composed_type(*type.parameters[0], types),
                       composed_type(*type.parameters[1], types));
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kString:
    case TypeKind::kBytes:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
      return types.import(&type);
    default:
      return &types::kDyn;
  }
}

}  // namespace yagura::policy
