#include "policy/check/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yagura::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// "receiver.(parameters) -> result", or what is wrong.
std::string read(std::string_view name, std::string_view signature) {
  TypeTable types;
  const Result<OverloadDecl> overload =
      parse_signature(name, {.id = "id", .signature = signature}, types);
  if (!overload) return overload.error().message;
  std::string out = overload->member ? "member" : "global";
  for (const Type* parameter : overload->parameters) out += " " + to_string(*parameter);
  return out + " -> " + to_string(*overload->result);
}

TEST(CelSignature, TellsNamespaceFromReceiver) {
  EXPECT_EQ(read("size", "size(string) -> int"), "global string -> int");
  EXPECT_EQ(read("size", "string.size() -> int"), "member string -> int");
  EXPECT_EQ(read("math.abs", "math.abs(int) -> int"), "global int -> int");
  EXPECT_EQ(read("family", "net.IP.family() -> int"), "member net.IP -> int");
  EXPECT_EQ(read("flatten", "list(list(A)).flatten(int) -> list(A)"),
            "member list(list(A)) int -> list(A)");
  EXPECT_EQ(
      read("_+_",
           "_+_(google.protobuf.Timestamp, google.protobuf.Duration) -> google.protobuf.Timestamp"),
      "global timestamp duration -> timestamp");
  EXPECT_EQ(read("_?_:_", "_?_:_(bool, A, A) -> A"), "global bool A A -> A");
  EXPECT_EQ(read("_[_]", "_[_](map(K, V), K) -> V"), "global map(K, V) K -> V");
  EXPECT_EQ(read("or", "optional_type(V).or(optional_type(V)) -> optional_type(V)"),
            "member optional_type(V) optional_type(V) -> optional_type(V)");
  EXPECT_EQ(read("type", "type(A) -> type(A)"), "global A -> type(A)");
  EXPECT_EQ(read("now", "now() -> wrapper(int)"), "global -> wrapper(int)");
}

TEST(CelSignature, NamesWhatItCannotRead) {
  for (const char* wrong :
       {"size(string)", "size(string) -> ", "size(string -> int", "length(string) -> int",
        "size(string) -> int int", "size(list()) -> int", "size(,) -> int"}) {
    EXPECT_THAT(read("size", wrong), HasSubstr(wrong));
  }
}

TEST(CelTypes, EqualTypesAreOnePointer) {
  auto parent = std::make_shared<TypeTable>();
  const Type* list = parent->list(&types::kInt);
  TypeTable child(parent);
  EXPECT_EQ(child.list(&types::kInt), list);
  EXPECT_EQ(child.map(&types::kString, list), child.map(&types::kString, child.list(&types::kInt)));
  TypeTable stranger;
  EXPECT_EQ(child.import(stranger.list(&types::kInt)), list);
}

TEST(CelTypes, HugeTypesBecomeDyn) {
  TypeTable table;
  const Type* type = &types::kInt;
  for (int i = 0; i < 64; ++i) type = table.map(type, type);
  EXPECT_LE(type->size, kMaxTypeSize);
}

TEST(CelEnvironment, ChildAddsOverloadsAndShadowsNames) {
  const OverloadSignature strings[] = {{"f_string", "f(string) -> int"}};
  const OverloadSignature ints[] = {{"f_int", "f(int) -> int"}, {"f_string", "f(string) -> int"}};
  const Function first[] = {{.name = "f", .overloads = strings}};
  const Function second[] = {{.name = "f", .overloads = ints}};
  const auto parent =
      EnvironmentBuilder(base_environment()).functions(first).variable("x", "int").build().value();
  const auto child =
      EnvironmentBuilder(parent).functions(second).variable("x", "list(string)").build().value();
  EXPECT_EQ(parent->find_function("f")->overloads.size(), 1U);
  const FunctionDecl* f = child->find_function("f");
  ASSERT_EQ(f->overloads.size(), 2U);
  EXPECT_EQ(f->overloads[0].function, &first[0]);
  EXPECT_EQ(f->overloads[1].function, &second[0]);
  EXPECT_THAT(f->functions, ElementsAre(&first[0], &second[0]));
  EXPECT_EQ(to_string(*parent->find_variable("x")->type), "int");
  EXPECT_EQ(to_string(*child->find_variable("x")->type), "list(string)");
  EXPECT_NE(child->find_struct("google.protobuf.Int64Value"), nullptr);
}

TEST(CelEnvironment, BuildTellsWhatWasWrong) {
  EXPECT_THAT(EnvironmentBuilder().variable("x", "list(").build().error().message,
              HasSubstr("list("));
  const OverloadSignature wrong[] = {{"f_string", "g(string) -> int"}};
  const Function table[] = {{.name = "f", .overloads = wrong}};
  EXPECT_FALSE(EnvironmentBuilder().functions(table).build());
}

TEST(CelEnvironment, SignaturesUseAndMakeTypeNames) {
  const OverloadSignature signatures[] = {{"ip", "ip(string) -> net.IP"},
                                          {"ip_pods", "ip(list(Pod)) -> net.IP"}};
  const Function table[] = {{.name = "ip", .overloads = signatures}};
  EnvironmentBuilder builder(base_environment());
  builder.structure({.name = "Pod", .fields = {}}).functions(table);
  const auto environment = builder.build().value();
  EXPECT_TRUE(environment->find_type_name("net.IP")->is(TypeKind::kOpaque));
  const OverloadDecl& pods = environment->find_function("ip")->overloads.at(1);
  EXPECT_TRUE(pods.parameters.at(0)->parameters[0]->is(TypeKind::kStruct));
}

TEST(CelEnvironment, CandidatesAreInnermostFirst) {
  const auto environment = EnvironmentBuilder().container("a.b").build().value();
  const auto candidates = [&](std::string_view name) {
    std::vector<std::string> out;
    environment->resolve_candidates(name, [&out](std::string_view candidate) {
      out.emplace_back(candidate);
      return false;
    });
    return out;
  };
  EXPECT_THAT(candidates("x.y"), ElementsAre("a.b.x.y", "a.x.y", "x.y"));
  EXPECT_THAT(candidates(".x"), ElementsAre("x"));
}

}  // namespace
}  // namespace yagura::policy
