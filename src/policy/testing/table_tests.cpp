#include "policy/testing/table_tests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "core/file.hpp"
#include "kube/reader.hpp"
#include "policy/vap/default_params.hpp"
#include "policy/vap/field_reader.hpp"

namespace yagura::policy {

namespace {

namespace fs = std::filesystem;

enum class Expectation : std::uint8_t { kPass, kFail, kError, kNoMatch, kNotEvaluated };

constexpr std::pair<std::string_view, Expectation> kExpectations[] = {
    {"pass", Expectation::kPass},
    {"fail", Expectation::kFail},
    {"error", Expectation::kError},
    {"no-match", Expectation::kNoMatch},
    {"not-evaluated", Expectation::kNotEvaluated},
};

struct User {
  UserInfo info;
  std::vector<std::string_view> groups;
  const kube::Node* extra = nullptr;
};

struct Case {
  std::string_view name;
  std::uint32_t line = 0;
  const kube::Node* object = nullptr;
  const kube::Node* old_object = nullptr;
  const kube::Node* params = nullptr;
  const kube::Node* namespace_object = nullptr;
  std::optional<Operation> operation;
  std::optional<User> user;
  Expectation expected = Expectation::kPass;
  std::optional<std::vector<std::string_view>> paths;
  std::string_view message;
};

Result<std::vector<kube::Document>> read_yaml(const fs::path& path, Diagnostics& diagnostics) {
  YAGURA_TRY(std::string text, core::read_file(path));
  const auto source = std::make_shared<const kube::Source>(path.string(), std::move(text),
                                                           kube::SourceFormat::kYaml);
  return kube::read_documents(source, diagnostics);
}

std::optional<User> read_user(FieldReader& reader) {
  if (reader.object("userInfo") == nullptr) return std::nullopt;
  FieldReader fields = reader.child("userInfo");
  fields.allow_only({"username", "uid", "groups", "extra"});
  User user;
  user.info.username = fields.text("username");
  user.info.uid = fields.text("uid");
  user.groups = fields.strings("groups");
  user.extra = fields.object("extra");
  return user;
}

std::optional<Operation> read_operation(FieldReader& reader) {
  const std::string_view text = reader.text("operation");
  for (const Operation operation :
       {Operation::kCreate, Operation::kUpdate, Operation::kDelete, Operation::kConnect}) {
    if (text == to_string(operation)) return operation;
  }
  if (!text.empty()) {
    reader.error_at("operation", fmt::format("unknown operation \"{}\"", text),
                    "CREATE, UPDATE, DELETE or CONNECT");
  }
  return std::nullopt;
}

Case read_case(FieldReader reader) {
  reader.allow_only({"name", "object", "oldObject", "operation", "params", "namespaceObject",
                     "userInfo", "expect", "paths", "message"});
  Case test;
  test.name = reader.text("name");
  if (test.name.empty()) reader.missing("name");
  test.line = reader.document().position_of(*reader.map()).position.line;
  test.object = reader.object("object");
  test.old_object = reader.object("oldObject");
  if (test.object == nullptr && test.old_object == nullptr)
    reader.missing("object", "or oldObject");
  test.params = reader.object("params");
  test.namespace_object = reader.object("namespaceObject");
  test.operation = read_operation(reader);
  test.user = read_user(reader);
  test.message = reader.text("message");
  if (reader.find("paths") != nullptr) test.paths = reader.strings("paths");
  const std::string_view expect = reader.text("expect");
  const auto found = std::find_if(std::begin(kExpectations), std::end(kExpectations),
                                  [&](const auto& entry) { return entry.first == expect; });
  if (found == std::end(kExpectations)) {
    reader.error_at("expect", fmt::format("unknown expectation \"{}\"", expect),
                    "pass, fail, error, no-match or not-evaluated");
  } else {
    test.expected = found->second;
  }
  return test;
}

std::vector<Case> read_cases(const kube::Document& document, Diagnostics& diagnostics) {
  std::vector<Case> cases;
  FieldReader reader(document, diagnostics, &document.root(), {});
  reader.allow_only({"tests"});
  std::size_t index = 0;
  for (const kube::Node& node : reader.list("tests")) {
    const std::size_t errors = diagnostics.error_count();
    Case test = read_case(reader.item("tests", index++, node));
    if (diagnostics.error_count() == errors) cases.push_back(std::move(test));
  }
  return cases;
}

AdmissionRequest request_of(const Case& test, kube::KindRegistry& kinds) {
  const kube::Node& subject = test.object != nullptr ? *test.object : *test.old_object;
  AdmissionRequest request = request_to_create(subject, kinds);
  request.object = test.object;
  request.old_object = test.old_object;
  Operation guess = Operation::kCreate;
  if (test.old_object != nullptr)
    guess = test.object != nullptr ? Operation::kUpdate : Operation::kDelete;
  request.operation = test.operation.value_or(guess);
  request.namespace_object = test.namespace_object;
  if (test.user) {
    request.user = &test.user->info;
    request.user_extra = test.user->extra;
  }
  return request;
}

std::string describe(const PolicyResult& result) {
  switch (result.outcome) {
    case PolicyOutcome::kNoMatch:
      return "the policy does not match the object";
    case PolicyOutcome::kPass:
      return "it passed";
    case PolicyOutcome::kNotEvaluated:
      return fmt::format("it was not evaluated: {}", result.detail);
    case PolicyOutcome::kFail:
      break;
  }
  std::vector<std::string> parts;
  for (const ValidationFailure& failure : result.failures) {
    if (failure.index == ValidationFailure::kNoValidation) {
      parts.push_back(fmt::format("it could not be evaluated: {}", failure.message));
    } else {
      parts.push_back(fmt::format("validations[{}] {}: {}", failure.index,
                                  failure.is_error ? "could not be evaluated" : "failed",
                                  failure.message));
    }
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool has_error(const PolicyResult& result) {
  return std::any_of(result.failures.begin(), result.failures.end(),
                     [](const ValidationFailure& failure) { return failure.is_error; });
}

bool is_expected(Expectation expected, const PolicyResult& result) {
  switch (expected) {
    case Expectation::kPass:
      return result.outcome == PolicyOutcome::kPass;
    case Expectation::kFail:
      return result.outcome == PolicyOutcome::kFail && !has_error(result);
    case Expectation::kError:
      return result.outcome == PolicyOutcome::kFail && has_error(result);
    case Expectation::kNoMatch:
      return result.outcome == PolicyOutcome::kNoMatch;
    case Expectation::kNotEvaluated:
      return result.outcome == PolicyOutcome::kNotEvaluated;
  }
  return false;
}

std::string_view name_of(Expectation expected) {
  for (const auto& [name, value] : kExpectations) {
    if (value == expected) return name;
  }
  return "";
}

std::string compare_paths(std::vector<std::string_view> wanted, std::vector<std::string> found) {
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  if (std::equal(wanted.begin(), wanted.end(), found.begin(), found.end())) return {};
  return fmt::format("expected it at {}, but it is reported at {}",
                     wanted.empty() ? "no field" : fmt::format("{}", fmt::join(wanted, ", ")),
                     found.empty() ? "no field" : fmt::format("{}", fmt::join(found, ", ")));
}

class Runner {
 public:
  Runner(std::shared_ptr<const PolicySet> set, const kube::Document& tests,
         const PolicyTestOptions& options, const kube::Node* default_params)
      : session_(std::move(set)),
        tests_(tests),
        options_(options),
        default_params_(default_params) {}

  std::string run(Case& test);

 private:
  std::string check_failing(const Case& test, const PolicyResult& result, const kube::Node* params);

  EvaluationSession session_;
  const kube::Document& tests_;
  const PolicyTestOptions& options_;
  const kube::Node* default_params_;
  kube::KindRegistry kinds_;
};

std::string Runner::run(Case& test) {
  if (test.user) test.user->info.groups = test.user->groups;
  session_.begin(request_of(test, kinds_));
  const kube::Node* params = test.params != nullptr ? test.params : default_params_;
  const PolicyResult result = session_.evaluate(0, params);
  if (!is_expected(test.expected, result)) {
    return fmt::format("expected {}, but {}", name_of(test.expected), describe(result));
  }
  if (!test.message.empty()) {
    const bool said = std::any_of(
        result.failures.begin(), result.failures.end(), [&](const ValidationFailure& failure) {
          return failure.message.find(test.message) != std::string_view::npos;
        });
    if (!said)
      return fmt::format("expected a message with \"{}\", but {}", test.message, describe(result));
  }
  if (test.expected == Expectation::kFail) return check_failing(test, result, params);
  return {};
}

std::string Runner::check_failing(const Case& test, const PolicyResult& result,
                                  const kube::Node* params) {
  const kube::Node& subject = test.object != nullptr ? *test.object : *test.old_object;
  const kube::Document object(tests_.shared_source(), &subject, 0);
  const FailingCase failing{.object = object,
                            .policy = session_.set().policies()[0],
                            .result = result,
                            .session = session_,
                            .params = params};
  if (options_.paths && test.paths) {
    if (auto problem = compare_paths(*test.paths, options_.paths(failing)); !problem.empty())
      return problem;
  }
  return options_.check_failing ? options_.check_failing(failing) : std::string();
}

void demand_both(const std::vector<Case>& cases, PolicyTestReport& report) {
  for (const Expectation wanted : {Expectation::kPass, Expectation::kFail}) {
    const bool there = std::any_of(cases.begin(), cases.end(),
                                   [&](const Case& test) { return test.expected == wanted; });
    if (there) continue;
    report.results.push_back(
        {.name = fmt::format("has a case that is expected to {}", name_of(wanted)),
         .line = 1,
         .passed = false,
         .problem = "there is none: a policy is tested both ways"});
  }
}

}  // namespace

std::size_t PolicyTestReport::passed_count() const {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [](const PolicyTestResult& result) { return result.passed; }));
}

std::vector<fs::path> find_policy_tests(const fs::path& root) {
  std::vector<fs::path> folders;
  const auto take = [&](const fs::path& folder) {
    std::error_code error;
    if (fs::is_regular_file(folder / "tests.yaml", error) &&
        fs::is_regular_file(folder / "policy.yaml", error)) {
      folders.push_back(folder);
    }
  };
  take(root);
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(root, options, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_directory(error)) take(at->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

Result<PolicyTestReport> run_policy_tests(const fs::path& folder, Diagnostics& diagnostics,
                                          const PolicyTestOptions& options) {
  YAGURA_TRY(const auto policy_documents, read_yaml(folder / "policy.yaml", diagnostics));
  YAGURA_TRY(const auto test_documents, read_yaml(folder / "tests.yaml", diagnostics));
  const auto set = load_policies(policy_documents, diagnostics);
  if (set->policies().empty()) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: there is no policy that could be tested",
                                                      (folder / "policy.yaml").string()));
  }
  if (test_documents.size() != 1) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: one document with tests is expected",
                                                      (folder / "tests.yaml").string()));
  }
  const PolicyDocument& policy = *set->policies()[0].text;
  const auto default_params = read_default_params(policy, diagnostics);
  std::vector<Case> cases = read_cases(test_documents[0], diagnostics);

  PolicyTestReport report{.folder = folder, .policy = std::string(policy.name), .results = {}};
  Runner runner(set, test_documents[0], options,
                default_params ? &default_params->root() : nullptr);
  for (Case& test : cases) {
    std::string problem = runner.run(test);
    report.results.push_back({.name = std::string(test.name),
                              .line = test.line,
                              .passed = problem.empty(),
                              .problem = std::move(problem)});
  }
  if (options.require_both) demand_both(cases, report);
  return report;
}

}  // namespace yagura::policy
