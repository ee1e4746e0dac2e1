#include "kube/testing.hpp"

#include <cstdio>
#include <cstdlib>

namespace yagura::kube {

namespace {

[[noreturn]] void give_up(std::string_view yaml, const char* why) {
  std::fprintf(stderr, "%s in:\n%.*s\n", why, static_cast<int>(yaml.size()), yaml.data());
  std::abort();
}

}  // namespace

std::vector<Document> parse_all(std::string_view yaml) {
  auto source = std::make_shared<const Source>("test.yaml", std::string(yaml), SourceFormat::kYaml);
  Diagnostics diagnostics;
  std::vector<Document> documents = read_documents(source, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  }
  if (!diagnostics.list().empty()) give_up(yaml, "parse_all: diagnostics");
  return documents;
}

Document parse_one(std::string_view yaml) {
  std::vector<Document> documents = parse_all(yaml);
  if (documents.size() != 1) give_up(yaml, "parse_one: not exactly one document");
  return std::move(documents.front());
}

}  // namespace yagura::kube
