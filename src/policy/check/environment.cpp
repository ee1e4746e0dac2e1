#include "policy/check/environment.hpp"

#include <algorithm>
#include <optional>

#include "core/check.hpp"
#include "policy/check/internal/signature.hpp"

namespace yagura::policy {

const FieldDecl* StructDecl::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &FieldDecl::name);
  return found == fields.end() ? nullptr : &*found;
}

const VariableDecl* Environment::find_variable(std::string_view name) const {
  for (const Environment* env = this; env != nullptr; env = env->parent_.get()) {
    if (const auto found = env->variables_.find(name); found != env->variables_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

const ConstantDecl* Environment::find_constant(std::string_view name) const {
  for (const Environment* env = this; env != nullptr; env = env->parent_.get()) {
    if (const auto found = env->constants_.find(name); found != env->constants_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

const FunctionDecl* Environment::find_function(std::string_view name) const {
  for (const Environment* env = this; env != nullptr; env = env->parent_.get()) {
    if (const auto found = env->functions_.find(name); found != env->functions_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

const StructDecl* Environment::find_struct(std::string_view name) const {
  for (const Environment* env = this; env != nullptr; env = env->parent_.get()) {
    if (const auto found = env->structs_.find(name); found != env->structs_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

const Type* Environment::find_type_name(std::string_view name) const {
  for (const Environment* env = this; env != nullptr; env = env->parent_.get()) {
    if (const auto found = env->type_names_.find(name); found != env->type_names_.end()) {
      return found->second;
    }
  }
  return nullptr;
}

void Environment::resolve_candidates(std::string_view name,
                                     const std::function<bool(std::string_view)>& visit) const {
  if (name.starts_with('.')) {
    visit(name.substr(1));
    return;
  }
  std::string_view scope = container_;
  while (!scope.empty()) {
    std::string candidate(scope);
    candidate.append(".").append(name);
    if (visit(candidate)) return;
    const std::size_t dot = scope.rfind('.');
    scope = dot == std::string_view::npos ? std::string_view() : scope.substr(0, dot);
  }
  visit(name);
}

struct EnvironmentBuilder::Impl {
  std::shared_ptr<Environment> environment = std::make_shared<Environment>();
  std::shared_ptr<TypeTable> types;
  std::optional<Error> error;  // the first one

  void note(Error wrong) {
    if (!error) error = std::move(wrong);
  }

  // The function of this environment, begun as a copy of the parent's.
  FunctionDecl& function(std::string_view name) {
    auto& functions = environment->functions_;
    if (const auto found = functions.find(name); found != functions.end()) return found->second;
    FunctionDecl declaration;
    const FunctionDecl* inherited =
        environment->parent_ != nullptr ? environment->parent_->find_function(name) : nullptr;
    if (inherited != nullptr) declaration = *inherited;
    declaration.name = name;
    return functions.emplace(std::string(name), std::move(declaration)).first->second;
  }

  static void add_overload(FunctionDecl& function, OverloadDecl overload) {
    const auto known = std::ranges::find(function.overloads, overload.id, &OverloadDecl::id);
    if (known == function.overloads.end()) {
      function.overloads.push_back(std::move(overload));
    } else if (known->function == nullptr) {
      known->function = overload.function;
    }
  }

  // type(ip("::1")) == net.IP: an abstract type of a library is a name as well.
  void name_abstract_type(const Type& type) {
    if (!type.is(TypeKind::kOpaque) || !type.parameters.empty()) return;
    if (environment->find_type_name(type.name) != nullptr) return;
    environment->type_names_.emplace(std::string(type.name), &type);
  }

  void add_table_entry(const Function& entry) {
    FunctionDecl& declared = function(entry.name);
    if (std::ranges::find(declared.functions, &entry) == declared.functions.end()) {
      declared.functions.push_back(&entry);
    }
    for (const OverloadSignature& signature : entry.overloads) {
      internal::SignatureReader reader(signature.signature, *types, environment.get());
      Result<OverloadDecl> overload = reader.signature(entry.name, signature.id);
      if (!overload) return note(std::move(overload).error());
      for (const Type* type : overload->parameters) name_abstract_type(*type);
      name_abstract_type(*overload->result);
      overload->function = &entry;
      add_overload(declared, std::move(*overload));
    }
  }
};

EnvironmentBuilder::EnvironmentBuilder(std::shared_ptr<const Environment> parent)
    : impl_(std::make_unique<Impl>()) {
  if (parent != nullptr) {
    impl_->environment->container_ = parent->container_;
    impl_->types = std::make_shared<TypeTable>(parent->types_);
  } else {
    impl_->types = std::make_shared<TypeTable>();
  }
  impl_->environment->types_ = impl_->types;
  impl_->environment->parent_ = std::move(parent);
}

EnvironmentBuilder::~EnvironmentBuilder() = default;

TypeTable& EnvironmentBuilder::types() { return *impl_->types; }

Result<const Type*> EnvironmentBuilder::parse_type(std::string_view text) {
  return internal::SignatureReader(text, *impl_->types, impl_->environment.get()).whole_type();
}

EnvironmentBuilder& EnvironmentBuilder::container(std::string_view name) {
  impl_->environment->container_ = name;
  return *this;
}

EnvironmentBuilder& EnvironmentBuilder::variable(std::string_view name, const Type* type) {
  impl_->environment->variables_.insert_or_assign(
      std::string(name), VariableDecl{.name = std::string(name), .type = types().import(type)});
  return *this;
}

EnvironmentBuilder& EnvironmentBuilder::variable(std::string_view name, std::string_view type) {
  Result<const Type*> parsed = parse_type(type);
  if (parsed) return variable(name, *parsed);
  impl_->note(std::move(parsed).error());
  return *this;
}

EnvironmentBuilder& EnvironmentBuilder::constant(std::string_view name, const Type* type,
                                                 const Constant& value) {
  impl_->environment->constants_.insert_or_assign(
      std::string(name),
      ConstantDecl{.name = std::string(name), .type = types().import(type), .value = value});
  return *this;
}

EnvironmentBuilder& EnvironmentBuilder::functions(std::span<const Function> table) {
  for (const Function& entry : table) impl_->add_table_entry(entry);
  return *this;
}

EnvironmentBuilder& EnvironmentBuilder::function(FunctionDecl declaration) {
  FunctionDecl& declared = impl_->function(declaration.name);
  for (const Function* entry : declaration.functions) declared.functions.push_back(entry);
  for (OverloadDecl& overload : declaration.overloads) {
    for (const Type*& parameter : overload.parameters) parameter = types().import(parameter);
    overload.result = types().import(overload.result);
    Impl::add_overload(declared, std::move(overload));
  }
  return *this;
}

EnvironmentBuilder& EnvironmentBuilder::structure(StructDecl declaration) {
  for (FieldDecl& field : declaration.fields) field.type = types().import(field.type);
  const Type* literal = declaration.literal_type != nullptr
                            ? types().import(declaration.literal_type)
                            : types().structure(declaration.name);
  declaration.literal_type = literal;
  type_name(declaration.name, literal);
  std::string name = declaration.name;
  impl_->environment->structs_.insert_or_assign(std::move(name), std::move(declaration));
  return *this;
}

EnvironmentBuilder& EnvironmentBuilder::type_name(std::string_view name, const Type* type) {
  impl_->environment->type_names_.insert_or_assign(std::string(name), types().import(type));
  return *this;
}

Result<std::shared_ptr<const Environment>> EnvironmentBuilder::build() {
  if (impl_->error) return std::unexpected(*impl_->error);
  return std::shared_ptr<const Environment>(impl_->environment);
}

Result<OverloadDecl> parse_signature(std::string_view name, const OverloadSignature& signature,
                                     TypeTable& types) {
  return internal::SignatureReader(signature.signature, types, nullptr)
      .signature(name, signature.id);
}

namespace {

// What the compiler makes code for. Ids as in cel-go's standard library.
struct LanguageFunction {
  std::string_view name;
  OverloadSignature overload;
};

constexpr LanguageFunction kLanguageFunctions[] = {
    {"_&&_", {"logical_and", "_&&_(bool, bool) -> bool"}},
    {"_||_", {"logical_or", "_||_(bool, bool) -> bool"}},
    {"!_", {"logical_not", "!_(bool) -> bool"}},
    {"_?_:_", {"conditional", "_?_:_(bool, A, A) -> A"}},
    {"_==_", {"equals", "_==_(A, A) -> bool"}},
    {"_!=_", {"not_equals", "_!=_(A, A) -> bool"}},
    {"@in", {"in_list", "@in(A, list(A)) -> bool"}},
    {"@in", {"in_map", "@in(A, map(A, B)) -> bool"}},
    {"_[_]", {"index_list", "_[_](list(A), int) -> A"}},
    {"_[_]", {"index_map", "_[_](map(A, B), A) -> B"}},
    {"@not_strictly_false", {"not_strictly_false", "@not_strictly_false(bool) -> bool"}},
    {"cel.@block", {"cel_block_list", "cel.@block(list(dyn), A) -> A"}},
};

void declare_language(EnvironmentBuilder& builder) {
  for (const LanguageFunction& function : kLanguageFunctions) {
    auto overload = parse_signature(function.name, function.overload, builder.types());
    YAGURA_CHECK(overload, "the language's own signatures are well-formed");
    builder.function(
        {.name = std::string(function.name), .overloads = {std::move(*overload)}, .functions = {}});
  }
}

void declare_wrappers(EnvironmentBuilder& builder) {
  for (const std::string_view name :
       {"Bool", "Int32", "Int64", "UInt32", "UInt64", "Float", "Double", "String", "Bytes"}) {
    const std::string full = "google.protobuf." + std::string(name) + "Value";
    const Type* wrapper = builder.types().well_known(full);
    builder.structure({.name = full,
                       .fields = {{.name = "value", .type = wrapper->parameters[0]}},
                       .literal_type = wrapper});
  }
}

void declare_json_structs(EnvironmentBuilder& builder) {
  const Type* list = builder.types().list(&types::kDyn);
  const Type* map = builder.types().map(&types::kString, &types::kDyn);
  builder.structure({.name = "google.protobuf.ListValue",
                     .fields = {{.name = "values", .type = list}},
                     .literal_type = list});
  builder.structure({.name = "google.protobuf.Struct",
                     .fields = {{.name = "fields", .type = map}},
                     .literal_type = map});
  builder.structure({.name = "google.protobuf.Value",
                     .fields = {{.name = "null_value", .type = &types::kInt},
                                {.name = "number_value", .type = &types::kDouble},
                                {.name = "string_value", .type = &types::kString},
                                {.name = "bool_value", .type = &types::kBool},
                                {.name = "struct_value", .type = map},
                                {.name = "list_value", .type = list}},
                     .literal_type = &types::kDyn});
  builder.type_name("google.protobuf.NullValue", &types::kInt);
  builder.constant("google.protobuf.NullValue.NULL_VALUE", &types::kInt,
                   {.kind = ConstantKind::kInt});
}

void declare_times(EnvironmentBuilder& builder) {
  for (const Type* type : {&types::kTimestamp, &types::kDuration}) {
    builder.structure({.name = std::string(type->name),
                       .fields = {{.name = "seconds", .type = &types::kInt},
                                  {.name = "nanos", .type = &types::kInt}},
                       .literal_type = type});
  }
}

std::shared_ptr<const Environment> make_base_environment() {
  EnvironmentBuilder builder;
  for (const std::string_view name :
       {"bool", "int", "uint", "double", "string", "bytes", "null_type", "type", "list", "map",
        "google.protobuf.Any", "optional_type"}) {
    builder.type_name(name, builder.types().well_known(name));
  }
  declare_language(builder);
  declare_wrappers(builder);
  declare_json_structs(builder);
  declare_times(builder);
  return builder.build().value_or(nullptr);
}

}  // namespace

std::shared_ptr<const Environment> base_environment() {
  static const std::shared_ptr<const Environment> base = make_base_environment();
  return base;
}

}  // namespace yagura::policy
