#include "image/layer/analysis.hpp"

#include <exception>
#include <string>

namespace yagura::image {

void who_wants(const Analyzers& analyzers, const FileEntry& file, std::string_view head,
               Wanting& wanting) {
  wanting.clear();
  for (const auto& analyzer : analyzers) {
    bool wants = true;
    try {
      wants = analyzer->wants(file, head);
    } catch (...) {
      wants = true;
    }
    if (wants) wanting.push_back(analyzer.get());
  }
}

FileFacts analyze_file(const Wanting& wanting, const FileEntry& file, const FileContent& content) {
  FileFacts facts;
  const auto failed = [&](const Analyzer& analyzer, std::string_view why) {
    facts.problems.push_back(std::string(analyzer.name()) + ": failed: " + std::string(why));
  };
  for (const Analyzer* analyzer : wanting) {
    try {
      analyzer->analyze(file, content, facts);
    } catch (const std::exception& error) {
      failed(*analyzer, error.what());
    } catch (...) {
      failed(*analyzer, "an unknown exception");
    }
    content.forget(content.bytes().size());
  }
  return facts;
}

}  // namespace yagura::image
