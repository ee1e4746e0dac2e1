#include "kube/yaml/yaml_reader.hpp"

#include "kube/yaml/parser.hpp"
#include "kube/yaml/stream.hpp"

namespace yagura::kube::yaml {

namespace {

// Text in UTF-16 or UTF-32: a byte order mark, or a NUL beside the first character.
bool is_wide(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
  return text.size() >= 2 && (text[0] == 0) != (text[1] == 0);
}

}  // namespace

std::vector<YamlDocument> read(const ReadContext& context) {
  const std::string_view text = context.source.text();
  std::vector<YamlDocument> documents;
  if (is_wide(text)) {
    context.error(0, "this text is UTF-16 or UTF-32", "save the file as UTF-8");
    return documents;
  }
  DocumentCutter cutter(text);
  Parser parser(context);
  DocumentSlice slice;
  while (cutter.next(slice)) {
    Node root;
    YamlDocument document;
    if (parser.read(slice, root, document.ignores) != Parser::Outcome::kRead) continue;
    document.root = context.source.arena().make<Node>(root);
    documents.push_back(std::move(document));
  }
  return documents;
}

}  // namespace yagura::kube::yaml
