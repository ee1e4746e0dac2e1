#include "wafcheck/ftw_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "core/file.hpp"
#include "wafcheck/base64.hpp"
#include "wafcheck/ftw_template.hpp"

namespace yagura::wafcheck {

namespace fs = std::filesystem;

namespace {

// Reads members of one document; problems name their place.
class TestReader {
 public:
  TestReader(const kube::Document& document, Diagnostics& diagnostics)
      : document_(document), diagnostics_(diagnostics) {}

  void read(std::vector<FtwTest>& tests) {
    const kube::Node& root = document_.root();
    const std::uint64_t rule_id = number(root, "rule_id", 0);
    if (rule_id == 0) {
      return error(root, "rule_id is missing", "it is the number of the rule that is tested");
    }
    for (const kube::Node& node : root.list("tests")) {
      FtwTest test{.rule_id = rule_id,
                   .test_id = static_cast<std::uint32_t>(number(node, "test_id", 0)),
                   .description = text(node, "desc").value_or(""),
                   .stages = {},
                   .file = document_.source().name(),
                   .line = document_.position_of(node).position.line};
      if (read_stages(node, test)) tests.push_back(std::move(test));
    }
  }

  StageOutput read_output(const kube::Node* node) {
    StageOutput output;
    if (node == nullptr) return output;
    if (const auto* value = node->find("expect_error")) {
      output.expect_error = truth(*value, "expect_error");
    }
    if (node->find("status") != nullptr) {
      output.status = static_cast<int>(number(*node, "status", 0));
    }
    output.response_contains = text(*node, "response_contains").value_or("");
    output.isolated = flag(*node, "isolated");
    output.retry_once = flag(*node, "retry_once");
    read_log(node->find("log"), output);
    // The older spelling: a regular expression of the log.
    if (const auto old = text(*node, "log_contains")) output.match_regex = *old;
    if (const auto old = text(*node, "no_log_contains")) output.no_match_regex = *old;
    return output;
  }

  std::vector<Override> read_overrides() {
    std::vector<Override> overrides;
    for (const kube::Node& node : document_.root().list("test_overrides")) {
      Override item{.rule_id = number(node, "rule_id", 0),
                    .test_ids = numbers(node, "test_ids"),
                    .stage_ids = numbers(node, "stage_ids"),
                    .reason = text(node, "reason").value_or(""),
                    .output = read_output(node.find("output"))};
      if (item.rule_id == 0 || item.test_ids.empty()) {
        error(node, "an override needs rule_id and test_ids");
        continue;
      }
      overrides.push_back(std::move(item));
    }
    return overrides;
  }

 private:
  void error(const kube::Node& node, std::string message, std::string hint = {}) {
    const kube::Place place = document_.position_of(node);
    diagnostics_.error(std::string(place.file), place.position.line, place.position.column,
                       std::move(message), std::move(hint));
  }

  // A scalar as written, whatever YAML takes it for: a header's value `0123` is no octal number.
  std::optional<std::string> text(const kube::Node& parent, std::string_view key) {
    const kube::Node* node = parent.find(key);
    if (node == nullptr || node->is_null()) return std::nullopt;
    return scalar(*node, key);
  }

  std::optional<std::string> scalar(const kube::Node& node, std::string_view key) {
    if (node.is_string()) return std::string(node.as_string());
    if (node.is_null()) return std::string();
    if (node.is_list() || node.is_map()) {
      error(node, fmt::format("{} must be a text", key));
      return std::nullopt;
    }
    const std::string_view source = document_.source().text();
    return std::string(source.substr(node.begin(), node.end() - node.begin()));
  }

  std::uint64_t number(const kube::Node& parent, std::string_view key, std::uint64_t otherwise) {
    const kube::Node* node = parent.find(key);
    if (node == nullptr) return otherwise;
    return as_number(*node, key).value_or(otherwise);
  }

  std::optional<std::uint64_t> as_number(const kube::Node& node, std::string_view key) {
    if (node.is_int() && node.as_int() >= 0) return static_cast<std::uint64_t>(node.as_int());
    error(node, fmt::format("{} must be a number", key));
    return std::nullopt;
  }

  std::vector<std::uint64_t> numbers(const kube::Node& parent, std::string_view key) {
    std::vector<std::uint64_t> list;
    for (const kube::Node& node : parent.list(key)) {
      if (const auto value = as_number(node, key)) list.push_back(*value);
    }
    return list;
  }

  bool truth(const kube::Node& node, std::string_view key) {
    if (!node.is_bool()) error(node, fmt::format("{} must be true or false", key));
    return node.bool_or(false);
  }

  bool flag(const kube::Node& parent, std::string_view key) {
    const kube::Node* node = parent.find(key);
    return node != nullptr && truth(*node, key);
  }

  void read_log(const kube::Node* log, StageOutput& output) {
    if (log == nullptr) return;
    output.expect_ids = numbers(*log, "expect_ids");
    output.no_expect_ids = numbers(*log, "no_expect_ids");
    output.match_regex = text(*log, "match_regex").value_or("");
    output.no_match_regex = text(*log, "no_match_regex").value_or("");
  }

  // False: something in it is not supported, and the test must not be run as something else.
  bool read_stages(const kube::Node& node, FtwTest& test) {
    const auto stages = node.list("stages");
    if (stages.empty()) {
      error(node, fmt::format("test {} has no stages", test.title()));
      return false;
    }
    bool usable = true;
    for (const kube::Node& item : stages) {
      // The older form wraps each: `- stage: {input, output}`.
      const kube::Node* stage = item.find("stage");
      if (stage == nullptr) stage = &item;
      Stage read;
      const kube::Node* input = stage->find("input");
      if (input == nullptr) {
        error(*stage, "a stage needs an input");
        usable = false;
        continue;
      }
      usable = read_input(*input, read.input) && usable;
      read.output = read_output(stage->find("output"));
      test.stages.push_back(std::move(read));
    }
    return usable;
  }

  bool read_input(const kube::Node& node, StageInput& input) {
    const auto take = [&](std::string_view key, std::string& to) {
      if (auto value = text(node, key)) to = *std::move(value);
    };
    take("dest_addr", input.dest_addr);
    take("method", input.method);
    take("uri", input.uri);
    take("version", input.version);
    input.port = static_cast<std::uint16_t>(number(node, "port", input.port));
    if (flag(node, "stop_magic")) input.complete = false;
    if (node.find("autocomplete_headers") != nullptr) {
      input.complete = flag(node, "autocomplete_headers");
    }
    read_headers(node.find("headers"), input);
    return is_supported(node) && read_data(node, input) && read_raw(node, input);
  }

  void read_headers(const kube::Node* headers, StageInput& input) {
    if (headers == nullptr || headers->is_null()) return;
    if (!headers->is_map()) return error(*headers, "headers must be a map");
    for (const kube::Member& member : headers->members()) {
      if (auto value = scalar(member.value, member.key)) {
        input.headers.emplace_back(member.key, *std::move(value));
      }
    }
  }

  bool is_supported(const kube::Node& node) {
    bool supported = true;
    const auto refuse = [&](std::string_view key, std::string_view why) {
      error(*node.find(key), fmt::format("{} is not supported: {}", key, why));
      supported = false;
    };
    if (const auto protocol = text(node, "protocol"); protocol && *protocol != "http") {
      refuse("protocol", "requests go out as plain HTTP");
    }
    for (const std::string_view key : {"save_cookie", "follow_redirect"}) {
      if (node.find(key) != nullptr && flag(node, key)) {
        refuse(key, "each stage stands for itself");
      }
    }
    return supported;
  }

  bool read_data(const kube::Node& node, StageInput& input) {
    if (const auto encoded = text(node, "encoded_data")) {
      auto decoded = decode_base64(*encoded);
      if (!decoded) error(*node.find("encoded_data"), "encoded_data is not base64");
      input.data = decoded.value_or("");
      return decoded.has_value();
    }
    const auto data = text(node, "data");
    if (!data) return true;
    auto expanded = expand_template(*data);
    if (!expanded) {
      error(*node.find("data"), expanded.error().message);
      return false;
    }
    input.data = *std::move(expanded);
    return true;
  }

  bool read_raw(const kube::Node& node, StageInput& input) {
    const auto encoded = text(node, "encoded_request");
    if (!encoded || encoded->empty()) return true;
    input.raw = decode_base64(*encoded);
    if (!input.raw) error(*node.find("encoded_request"), "encoded_request is not base64");
    return input.raw.has_value();
  }

  const kube::Document& document_;
  Diagnostics& diagnostics_;
};

std::vector<kube::Document> read_documents(std::string name, std::string text,
                                           Diagnostics& diagnostics) {
  return kube::read_documents(
      std::make_shared<kube::Source>(std::move(name), std::move(text), kube::SourceFormat::kYaml),
      diagnostics);
}

std::vector<fs::path> find_files(const fs::path& path, Diagnostics& diagnostics) {
  std::vector<fs::path> files;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return files;
  }
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
    const auto extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".yaml" || extension == ".yml")) {
      files.push_back(entry.path());
    }
  }
  if (error) diagnostics.error(path.string(), 0, 0, "cannot be searched: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<std::string> read_text(const fs::path& path, Diagnostics& diagnostics) {
  auto text = core::read_file(path);
  if (text) return *std::move(text);
  diagnostics.error(path.string(), 0, 0, text.error().message);
  return std::nullopt;
}

}  // namespace

std::string FtwTest::title() const { return fmt::format("{}-{}", rule_id, test_id); }

std::vector<FtwTest> read_test_text(std::string name, std::string text, Diagnostics& diagnostics) {
  std::vector<FtwTest> tests;
  for (const kube::Document& document :
       read_documents(std::move(name), std::move(text), diagnostics)) {
    TestReader(document, diagnostics).read(tests);
  }
  return tests;
}

std::vector<FtwTest> read_tests(const fs::path& path, Diagnostics& diagnostics) {
  std::vector<FtwTest> tests;
  for (const fs::path& file : find_files(path, diagnostics)) {
    auto text = read_text(file, diagnostics);
    if (!text) continue;
    for (FtwTest& test : read_test_text(file.string(), *std::move(text), diagnostics)) {
      tests.push_back(std::move(test));
    }
  }
  std::stable_sort(tests.begin(), tests.end(), [](const FtwTest& left, const FtwTest& right) {
    return std::pair(left.rule_id, left.test_id) < std::pair(right.rule_id, right.test_id);
  });
  return tests;
}

std::vector<Override> read_overrides(const fs::path& path, Diagnostics& diagnostics) {
  std::vector<Override> overrides;
  auto text = read_text(path, diagnostics);
  if (!text) return overrides;
  for (const kube::Document& document :
       read_documents(path.string(), *std::move(text), diagnostics)) {
    for (Override& item : TestReader(document, diagnostics).read_overrides()) {
      overrides.push_back(std::move(item));
    }
  }
  return overrides;
}

std::size_t apply_overrides(const std::vector<Override>& overrides, std::vector<FtwTest>& tests) {
  const auto has = [](const std::vector<std::uint64_t>& list, std::uint64_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  std::size_t count = 0;
  for (FtwTest& test : tests) {
    for (const Override& item : overrides) {
      if (item.rule_id != test.rule_id || !has(item.test_ids, test.test_id)) continue;
      for (std::size_t i = 0; i < test.stages.size(); ++i) {
        if (!item.stage_ids.empty() && !has(item.stage_ids, i)) continue;
        test.stages[i].output = item.output;
        ++count;
      }
    }
  }
  return count;
}

}  // namespace yagura::wafcheck
