#pragma once

// What an expression may refer to: variables, functions, constants, struct types, and the container
// in whose names it is resolved. Immutable once built and shared by all threads; one extends
// another cheaply (a policy's variables over the functions that all policies share).

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "policy/check/type.hpp"
#include "policy/library/function.hpp"
#include "policy/syntax/ast.hpp"

namespace yagura::policy {

struct VariableDecl {
  std::string name;  // may be qualified: "a.b"
  const Type* type = nullptr;
};

// A name with a value: enum constants.
struct ConstantDecl {
  std::string name;
  const Type* type = nullptr;
  Constant value;
};

struct OverloadDecl {
  std::string id;
  bool member = false;  // receiver style; the receiver is the first parameter
  std::vector<const Type*> parameters;
  const Type* result = nullptr;
  // The entry that it comes from: tables of several libraries may add overloads to one name, and
  // the compiler binds those of the overloads that are possible. Null where declared without one.
  const Function* function = nullptr;
};

struct FunctionDecl {
  std::string name;
  std::vector<OverloadDecl> overloads;
  // The entries of the tables that declare it, in the order of adding; empty where it was declared
  // without one.
  std::vector<const Function*> functions;
};

struct FieldDecl {
  std::string name;
  const Type* type = nullptr;
};

// An object type. Kubernetes kinds, and the messages of google.protobuf whose literals need no
// protobuf.
struct StructDecl {
  std::string name;
  std::vector<FieldDecl> fields;
  const Type* literal_type =
      nullptr;  // of name{…}; null: the struct type itself. Int64Value{…} is a wrapper(int)
  [[nodiscard]] const FieldDecl* find(std::string_view field) const;
};

class Environment {
 public:
  // Each looks here, then in the parent; null where there is none.
  [[nodiscard]] const VariableDecl* find_variable(std::string_view name) const;
  [[nodiscard]] const ConstantDecl* find_constant(std::string_view name) const;
  [[nodiscard]] const FunctionDecl* find_function(std::string_view name) const;
  [[nodiscard]] const StructDecl* find_struct(std::string_view name) const;
  // A type that is written as an expression: "int", "list", "net.IP", "optional_type", a struct's
  // name. The result is what the name denotes (not type(…) of it).
  [[nodiscard]] const Type* find_type_name(std::string_view name) const;

  [[nodiscard]] const std::string& container() const { return container_; }
  [[nodiscard]] const std::shared_ptr<const TypeTable>& types() const { return types_; }

  // The names that `name` may stand for in the container, innermost first; `visit` returns true to
  // stop. ".x" is "x" alone.
  void resolve_candidates(std::string_view name,
                          const std::function<bool(std::string_view)>& visit) const;

 private:
  friend class EnvironmentBuilder;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <typename T>
  using Names = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  std::shared_ptr<const Environment> parent_;
  std::shared_ptr<const TypeTable> types_;
  std::string container_;
  Names<VariableDecl> variables_;
  Names<ConstantDecl> constants_;
  Names<FunctionDecl> functions_;
  Names<StructDecl> structs_;
  Names<const Type*> type_names_;
};

// Collects declarations; what is wrong with them is told by build(). A name that the parent has is
// shadowed, except that overloads are added to the parent's. Adding an overload id that is there
// already is without effect.
class EnvironmentBuilder {
 public:
  explicit EnvironmentBuilder(std::shared_ptr<const Environment> parent = nullptr);
  EnvironmentBuilder(const EnvironmentBuilder&) = delete;
  EnvironmentBuilder& operator=(const EnvironmentBuilder&) = delete;
  ~EnvironmentBuilder();

  // Types for declarations are made in here.
  [[nodiscard]] TypeTable& types();
  // "list(string)", in the notation of OverloadSignature; names of declared structs too, other
  // names are abstract types. kInvalidInput where the text is no type.
  [[nodiscard]] Result<const Type*> parse_type(std::string_view text);

  EnvironmentBuilder& container(std::string_view name);
  EnvironmentBuilder& variable(std::string_view name, const Type* type);
  EnvironmentBuilder& variable(std::string_view name, std::string_view type);
  EnvironmentBuilder& constant(std::string_view name, const Type* type, const Constant& value);
  EnvironmentBuilder& functions(
      std::span<const Function> table);  // the table must outlive the environment
  EnvironmentBuilder& function(FunctionDecl declaration);
  EnvironmentBuilder& structure(StructDecl declaration);
  EnvironmentBuilder& type_name(std::string_view name, const Type* type);

  [[nodiscard]] Result<std::shared_ptr<const Environment>> build();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads one signature. `name` is the function's, which tells a namespace from a receiver:
// "math.abs(int) -> int" is a global call of "math.abs", "string.size() -> int" a member call of
// "size".
[[nodiscard]] Result<OverloadDecl> parse_signature(std::string_view name,
                                                   const OverloadSignature& signature,
                                                   TypeTable& types);

// The base of all environments: the functions that the syntax itself means and that the compiler
// makes code for (&&, ||, ?:, !, ==, !=, in, [], the helpers of macros; there is no table entry
// behind them), the names of the standard types, the google.protobuf structs whose literals need no
// protobuf (wrappers, Struct, Value, ListValue, Duration, Timestamp), and
// google.protobuf.NullValue. Made once; shared.
[[nodiscard]] std::shared_ptr<const Environment> base_environment();

}  // namespace yagura::policy
