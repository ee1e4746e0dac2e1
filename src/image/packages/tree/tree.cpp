#include "image/packages/tree/tree.hpp"

#include <utility>
#include <vector>

#include "kube/reader.hpp"

namespace yagura::image {
namespace {

constexpr kube::ReadLimits kLimits{.max_document_size = kMaxTreeBytes,
                                   .max_depth = 200,
                                   .max_nodes = kMaxTreeNodes,
                                   .max_alias_nodes = 10'000};

std::unexpected<Error> unreadable(const Diagnostics& diagnostics, std::string_view what) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.level != DiagnosticLevel::kError) continue;
    return fail(ErrorCode::kInvalidInput,
                "no " + std::string(what) + ": " + std::to_string(diagnostic.line) + ":" +
                    std::to_string(diagnostic.column) + ": " + diagnostic.message);
  }
  return fail(ErrorCode::kInvalidInput, "no " + std::string(what) + ": empty");
}

Result<Tree> read_json_text(std::string text) {
  if (text.size() > kMaxTreeBytes) {
    return fail(ErrorCode::kLimitExceeded, "larger than " + std::to_string(kMaxTreeBytes) + " B");
  }
  auto source =
      std::make_shared<const kube::Source>("", std::move(text), kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto roots = kube::read_json(*source, diagnostics, kLimits);
  if (roots.empty()) return unreadable(diagnostics, "JSON");
  return Tree(std::move(source), *roots.front());
}

std::string_view without_mark(std::string_view bytes) {
  return bytes.starts_with("\xef\xbb\xbf") ? bytes.substr(3) : bytes;
}

}  // namespace

Result<Tree> read_json_tree(std::string_view bytes) {
  return read_json_text(std::string(without_mark(bytes.substr(0, kMaxTreeBytes + 4))));
}

Result<Tree> read_relaxed_json_tree(std::string_view bytes) {
  return read_json_text(strict_json(without_mark(bytes.substr(0, kMaxTreeBytes + 4))));
}

Result<Tree> read_yaml_tree(std::string_view bytes) {
  if (bytes.size() > kMaxTreeBytes) {
    return fail(ErrorCode::kLimitExceeded, "larger than " + std::to_string(kMaxTreeBytes) + " B");
  }
  auto source = std::make_shared<const kube::Source>("", std::string(without_mark(bytes)),
                                                     kube::SourceFormat::kYaml);
  Diagnostics diagnostics;
  const auto documents = kube::read_documents(source, diagnostics, kLimits);
  if (documents.empty()) return unreadable(diagnostics, "YAML");
  return Tree(source, documents.front().root());
}

}  // namespace yagura::image
