// YAML: places, the way through JSON, nothing left out silently, and libyaml's reading where both
// accept.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kube/reader.hpp"
#include "kube_tree.hpp"
#ifdef YAGURA_HAVE_LIBYAML
#include "kube/yaml/testing/libyaml_reference.hpp"
#include "kube/yaml/yaml_reader.hpp"
#endif

namespace {

using yagura::Diagnostics;
using yagura::kube::Document;
using yagura::kube::Source;
using yagura::kube::SourceFormat;

// Blank lines, comments, directives and document marks alone.
bool says_nothing(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t size = std::min(text.find_first_of("\r\n"), text.size());
    std::string_view line = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    if (line.starts_with("%") || line.starts_with("...")) continue;
    if (line.starts_with("---")) line.remove_prefix(3);
    const std::size_t content = line.find_first_not_of(" \t");
    if (content != std::string_view::npos && line[content] != '#') return false;
  }
  return true;
}

bool is_empty_list(std::string_view text) { return text.find("List") != std::string_view::npos; }

#ifdef YAGURA_HAVE_LIBYAML
void compare_with_libyaml(std::string_view text) {
  const auto reference = yagura::kube::yaml::read_with_libyaml(text);
  if (!reference.accepted || !reference.comparable) return;
  const auto source =
      std::make_shared<const Source>("fuzz", std::string(text), SourceFormat::kYaml);
  Diagnostics diagnostics;
  const yagura::kube::ReadLimits limits{};
  const auto ours =
      yagura::kube::yaml::read({.source = *source, .diagnostics = diagnostics, .limits = limits});
  if (diagnostics.has_errors()) return;  // what only one of them takes is not compared
  YAGURA_CHECK(ours.size() == reference.documents.size(), "as many documents as libyaml reads");
  for (std::size_t i = 0; i < ours.size(); ++i) {
    YAGURA_CHECK(yagura::kube::equal(*ours[i].root, reference.documents[i]),
                 "the same tree as libyaml's");
  }
}
#endif

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto source =
      std::make_shared<const Source>("fuzz", std::string(text), SourceFormat::kYaml);
  Diagnostics diagnostics;
  const auto documents =
      yagura::kube::read_documents(source, diagnostics, {.max_alias_nodes = 2000});
  for (const Document& document : documents) {
    yagura::fuzz::check_places(document.root(), size);
    yagura::fuzz::check_round_trip(document.root());
  }
  if (documents.empty() && !diagnostics.has_errors()) {
    YAGURA_CHECK(says_nothing(text) || is_empty_list(text), "nothing is left out silently");
  }
#ifdef YAGURA_HAVE_LIBYAML
  compare_with_libyaml(text);
#endif
  return 0;
}
