// Fixes written into a manifest. The input is a list of steps, a line `===`, and the manifest; a
// step is `s /pointer JSON`, `a /pointer JSON`, `r /pointer`, or `-` to begin the next fix.
//
// Must hold: what was not applied left no trace; what was applied reads back as the tree that the
// operations make of the old one; the edits make the text; the difference is empty only where the
// texts are equal.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "core/check.hpp"
#include "core/diagnostics.hpp"
#include "kube/edit.hpp"
#include "kube/node_json.hpp"
#include "kube/patch.hpp"
#include "kube/reader.hpp"

namespace {

using namespace yagura;

std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view head = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return head;
}

std::vector<std::vector<model::PatchOperation>> parse_steps(std::string_view& text) {
  using Kind = model::PatchOperation::Kind;
  constexpr std::size_t kMaxSteps = 40;
  std::vector<std::vector<model::PatchOperation>> fixes(1);
  for (std::size_t i = 0; i < kMaxSteps && !text.empty(); ++i) {
    std::string_view line = cut(text, '\n');
    if (line == "===") break;
    if (line == "-") {
      fixes.emplace_back();
      continue;
    }
    const std::string_view verb = cut(line, ' ');
    const std::string_view path = cut(line, ' ');
    const Kind kind = verb == "r" ? Kind::kRemove : verb == "a" ? Kind::kAppend : Kind::kSet;
    fixes.back().push_back({.kind = kind, .path = std::string(path), .value = std::string(line)});
  }
  return fixes;
}

std::vector<kube::Document> read(std::string text, kube::SourceFormat format) {
  Diagnostics diagnostics;
  return kube::read_documents(std::make_shared<kube::Source>("fuzz", std::move(text), format),
                              diagnostics);
}

void check_result(const std::vector<kube::Document>& documents,
                  const std::vector<kube::FixRequest>& requests, const kube::EditResult& result) {
  const kube::Source& source = documents.front().source();
  YAGURA_CHECK(result.applied.size() + result.refused.size() == requests.size(), "each has a fate");
  YAGURA_CHECK(kube::apply_edits(source.text(), result.edits) == result.text,
               "edits make the text");
  if (result.applied.empty()) YAGURA_CHECK(result.text == source.text(), "nothing was applied");
  const auto again = read(result.text, source.format());
  YAGURA_CHECK(again.size() == documents.size(), "no document comes or goes");
  for (std::size_t i = 0; i < documents.size(); ++i) {
    std::vector<model::PatchOperation> all;
    for (const std::size_t request : result.applied) {
      if (requests[request].document != &documents[i]) continue;
      all.insert(all.end(), requests[request].operations.begin(),
                 requests[request].operations.end());
    }
    core::Arena arena;
    const auto patched = kube::apply_patch(documents[i].root(), all, arena);
    YAGURA_CHECK(patched.has_value(), "what was applied can be applied");
    YAGURA_CHECK(kube::equal(**patched, again[i].root()), "the text reads back as the patch means");
  }
  const std::string diff = kube::unified_diff(source.text(), result.text, "fuzz");
  YAGURA_CHECK(diff.empty() == (source.text() == result.text), "a diff for a difference");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto fixes = parse_steps(text);
  const auto format = text.starts_with('{') ? kube::SourceFormat::kJson : kube::SourceFormat::kYaml;
  const auto documents = read(std::string(text), format);
  if (documents.empty()) return 0;
  std::vector<kube::FixRequest> requests;
  for (std::size_t i = 0; i < fixes.size(); ++i) {
    requests.push_back({.document = &documents[i % documents.size()], .operations = fixes[i]});
  }
  const auto result =
      kube::edit_source(documents.front().source(), documents, requests, {.max_single_tries = 4});
  if (result) check_result(documents, requests, *result);
  return 0;
}
