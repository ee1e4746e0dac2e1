#include "kube/edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/edit/edit_cases.hpp"
#include "kube/reader.hpp"

namespace yagura::kube {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Reads a text, applies fixes to it, and keeps everything alive.
class Edited {
 public:
  Edited(std::string text, std::vector<edit_test::Fix> fixes,
         SourceFormat format = SourceFormat::kYaml, const EditLimits& limits = {})
      : source_(std::make_shared<Source>("test.yaml", std::move(text), format)),
        documents_(read_documents(source_, diagnostics_)),
        fixes_(std::move(fixes)) {
    for (const edit_test::Fix& fix : fixes_) {
      const Document* document =
          fix.document < documents_.size() ? &documents_[fix.document] : nullptr;
      requests_.push_back({.document = document, .operations = fix.operations});
    }
    result_ = edit_source(*source_, documents_, requests_, limits);
  }

  [[nodiscard]] const EditResult& operator*() const { return *result_; }
  [[nodiscard]] const EditResult* operator->() const { return &*result_; }
  [[nodiscard]] const Result<EditResult>& result() const { return result_; }
  [[nodiscard]] const Diagnostics& diagnostics() const { return diagnostics_; }
  [[nodiscard]] std::string refusals() const {
    std::string text;
    for (const FixRefusal& refusal : result_->refused) {
      text += std::to_string(refusal.request) + ": " + refusal.reason + "\n";
    }
    return text;
  }

 private:
  Diagnostics diagnostics_;
  std::shared_ptr<const Source> source_;
  std::vector<Document> documents_;
  std::vector<edit_test::Fix> fixes_;
  std::vector<FixRequest> requests_;
  Result<EditResult> result_;
};

class EditTable : public testing::TestWithParam<edit_test::Case> {};

TEST_P(EditTable, ChangesNothingElse) {
  const edit_test::Case& test = GetParam();
  const Edited edited(test.before, edit_test::parse_fixes(test.fixes), test.format);
  ASSERT_FALSE(edited.diagnostics().has_errors());
  ASSERT_TRUE(edited.result().has_value());
  EXPECT_EQ(edited.refusals(), "");
  EXPECT_EQ(edited->text, test.after);
  EXPECT_EQ(edited->text, apply_edits(test.before, edited->edits));
}

INSTANTIATE_TEST_SUITE_P(Edit, EditTable, testing::ValuesIn(edit_test::cases()),
                         [](const auto& test) { return std::string(test.param.name); });

class RefusalTable : public testing::TestWithParam<edit_test::Refusal> {};

TEST_P(RefusalTable, LeavesTheTextAsItIs) {
  const edit_test::Refusal& test = GetParam();
  const Edited edited(test.text, edit_test::parse_fixes(test.fixes));
  ASSERT_FALSE(edited.diagnostics().has_errors());
  ASSERT_TRUE(edited.result().has_value());
  EXPECT_THAT(edited.refusals(), HasSubstr(test.reason));
  EXPECT_THAT(edited->applied, IsEmpty());
  EXPECT_EQ(edited->text, test.text);
}

INSTANTIATE_TEST_SUITE_P(Edit, RefusalTable, testing::ValuesIn(edit_test::refusals()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Edit, RefusesTheLaterOfTwoFixesThatDisagree) {
  const Edited edited("spec:\n  a: 1\n", edit_test::parse_fixes(R"(
set /spec/a 2
--
set /spec/a 3
--
set /spec/b 4
)"));
  EXPECT_EQ(edited->text, "spec:\n  a: 2\n  b: 4\n");
  EXPECT_THAT(edited->applied, testing::ElementsAre(0, 2));
  EXPECT_THAT(edited.refusals(), HasSubstr("1: /spec/a: another step sets it to something else"));
}

TEST(Edit, AppliesAFixWholeOrNotAtAll) {
  const Edited edited("spec:\n  a: 1\n", edit_test::parse_fixes(R"(
set /spec/b 1
set /spec/a/below true
)"));
  EXPECT_EQ(edited->text, "spec:\n  a: 1\n");
  EXPECT_THAT(edited.refusals(), HasSubstr("neither map nor list"));
}

// Both containers are one text. A fix for one alone would change the other; fixes for both are one
// edit.
constexpr std::string_view kShared = R"(containers:
- name: a
  securityContext: &sc
    privileged: true
- name: b
  securityContext: *sc
)";

TEST(Edit, RefusesToChangeOthersThroughAnAnchor) {
  const Edited edited(std::string(kShared),
                      edit_test::parse_fixes("set /containers/0/securityContext/privileged false"));
  EXPECT_EQ(edited->text, kShared);
  EXPECT_THAT(edited.refusals(), HasSubstr("anchor"));
}

TEST(Edit, EditsASharedPlaceOnceWhereAllWhoShareItAgree) {
  const Edited edited(std::string(kShared), edit_test::parse_fixes(R"(
set /containers/0/securityContext/privileged false
--
set /containers/1/securityContext/privileged false
)"));
  EXPECT_EQ(edited.refusals(), "");
  EXPECT_EQ(edited->edits.size(), 1);
  EXPECT_THAT(edited->text, HasSubstr("&sc\n    privileged: false\n"));
}

TEST(Edit, KeepsTheGoodFixesBesideOneThatCannotBeWritten) {
  const Edited edited(std::string(kShared) + "spec: {}\n---\na: 1\n", edit_test::parse_fixes(R"(
set /spec/x 1
--
set /containers/0/securityContext/privileged false
--
#1 set /a 2
)"));
  EXPECT_EQ(edited->text, std::string(kShared) + "spec:\n  x: 1\n---\na: 2\n");
  EXPECT_THAT(edited->applied, testing::ElementsAre(0, 2));
}

TEST(Edit, TriesSoManyFixesAloneAndNoMore) {
  std::string text(kShared);
  text += "spec: {}\n";
  const auto fixes = edit_test::parse_fixes(R"(
set /containers/0/securityContext/privileged false
--
set /spec/x 1
--
set /spec/y 2
)");
  const Edited edited(text, fixes, SourceFormat::kYaml, {.max_single_tries = 2});
  EXPECT_THAT(edited->text, HasSubstr("  x: 1\n"));
  EXPECT_THAT(edited.refusals(), HasSubstr("2: too many fixes of this file"));
}

TEST(Edit, HasALimitOfRequestsStepsAndSize) {
  const auto fixes = edit_test::parse_fixes("set /a 2\n--\nset /b 2\nset /c 3");
  const auto code_with = [&](const EditLimits& limits) {
    const Edited edited("a: 1\n", fixes, SourceFormat::kYaml, limits);
    return edited.result() ? std::string("fine") : edited.result().error().message;
  };
  EXPECT_EQ(code_with({.max_requests = 2, .max_operations = 3}), "fine");
  EXPECT_THAT(code_with({.max_requests = 1}), HasSubstr("more than 1 fixes"));
  EXPECT_THAT(code_with({.max_operations = 2}), HasSubstr("2 steps"));
  const Edited edited("a: 1\n", edit_test::parse_fixes("set /b 123"), SourceFormat::kYaml,
                      {.max_text_size = 8});
  EXPECT_EQ(edited->text, "a: 1\n");
  EXPECT_EQ(edited->refused.size(), 1);
}

TEST(Edit, KnowsDocumentsOfAnotherFileAndFixesWithoutSteps) {
  const Edited edited("a: 1\n", edit_test::parse_fixes("#7 set /a 2"));
  EXPECT_THAT(edited.refusals(), HasSubstr("not of this file"));
  const Edited none("a: 1\n", std::vector<edit_test::Fix>(1));
  EXPECT_THAT(none.refusals(), HasSubstr("no mechanical fix"));
}

TEST(Edit, TakesTenThousandFixesOfOneFileInOneReading) {
  std::string text = "items:\n";
  std::vector<edit_test::Fix> fixes;
  for (int i = 0; i < 10'000; ++i) {
    text += "- name: c" + std::to_string(i) + "\n  privileged: true\n";
    fixes.push_back({.document = 0,
                     .operations = {{.kind = model::PatchOperation::Kind::kSet,
                                     .path = "/items/" + std::to_string(i) + "/privileged",
                                     .value = "false"}}});
  }
  const Edited edited(text, std::move(fixes));
  EXPECT_EQ(edited->applied.size(), 10'000);
  EXPECT_EQ(edited->text.find("true"), std::string::npos);
}

}  // namespace
}  // namespace yagura::kube
