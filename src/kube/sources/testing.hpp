#pragma once

// For tests: a folder that goes away by itself, and what a load gave, as text.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kube/node_json.hpp"
#include "kube/sources/sources.hpp"

namespace yagura::kube {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "yagura-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(const std::string& name = {}) const {
    return name.empty() ? path_ : path_ + "/" + name;
  }
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = path(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

 private:
  std::string path_;
};

struct Loaded {
  std::vector<std::string> objects;      // "Kind/name file:line" of each object's first key
  std::vector<std::string> json;         // of each object
  std::vector<std::string> diagnostics;  // as text
  std::vector<std::string> skipped;      // "file: reason"
  std::vector<Document> documents;
  SourceSummary summary;
};

inline std::string short_name(const Document& document, const std::string& without) {
  const auto text = [&](std::initializer_list<std::string_view> path) {
    const Node* node = document.root().get(path);
    return std::string(node == nullptr ? std::string_view() : node->string_or());
  };
  const Place place = document.position_of(document.root());
  std::string file(place.file);
  if (!without.empty() && file.starts_with(without + "/")) file.erase(0, without.size() + 1);
  return text({"kind"}) + "/" + text({"metadata", "name"}) + " " + file + ":" +
         std::to_string(place.position.line);
}

// `without`: a folder whose name is left out of file names.
inline void keep(Loaded& loaded, Document&& document, const std::string& without) {
  loaded.objects.push_back(short_name(document, without));
  loaded.json.push_back(to_json(document.root()));
  loaded.documents.push_back(std::move(document));
}

inline std::string shortened(std::string text, const std::string& without) {
  for (std::size_t at = text.find(without + "/"); !without.empty() && at != std::string::npos;
       at = text.find(without + "/")) {
    text.erase(at, without.size() + 1);
  }
  return text;
}

inline Loaded load(const std::vector<std::string>& names, const std::string& without,
                   SourceOptions options = {}) {
  Loaded loaded;
  options.on_skipped = [&](const std::string& file, SkipReason reason) {
    loaded.skipped.push_back(shortened(file, without) + ": " + std::string(to_string(reason)));
  };
  Diagnostics diagnostics;
  loaded.summary = load_sources(
      names, options, [&](Document&& document) { keep(loaded, std::move(document), without); },
      diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    loaded.diagnostics.push_back(shortened(to_string(diagnostic), without));
  }
  return loaded;
}

inline Loaded load_memory(const MemoryTree& tree, const SourceOptions& options = {}) {
  Loaded loaded;
  Diagnostics diagnostics;
  loaded.summary = load_tree(
      tree, options, [&](Document&& document) { keep(loaded, std::move(document), {}); },
      diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    loaded.diagnostics.push_back(to_string(diagnostic));
  }
  return loaded;
}

}  // namespace yagura::kube
