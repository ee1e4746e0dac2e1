#pragma once

// Layers by hand, for tests of what comes after reading.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "image/model/facts.hpp"

namespace yagura::image::testing {

// "d path", "f path", "l path -> target", "h path -> target", "c path" (a device), "- path" (a
// whiteout), "o path" (an opaque directory). Facts of files are told beside them.
struct FileSpec {
  std::string_view text;
  FileFacts facts = {};
};

[[nodiscard]] inline LayerFacts make_layer(const std::vector<FileSpec>& specs,
                                           std::string digest = "") {
  LayerFacts layer;
  layer.digest = std::move(digest);
  for (const FileSpec& spec : specs) {
    LayerFile file;
    std::string_view rest = spec.text.size() > 2 ? spec.text.substr(2) : std::string_view{};
    const std::size_t arrow = rest.find(" -> ");
    if (arrow != std::string_view::npos) {
      file.link = layer.texts.copy(rest.substr(arrow + 4));
      rest = rest.substr(0, arrow);
    }
    file.path = layer.texts.copy(rest);
    switch (spec.text.front()) {
      case 'd':
        file.kind = FileKind::kDirectory;
        break;
      case 'l':
        file.kind = FileKind::kSymlink;
        break;
      case 'h':
        file.kind = FileKind::kHardLink;
        break;
      case 'c':
        file.kind = FileKind::kCharacterDevice;
        break;
      case '-':
        file.whiteout = LayerFile::Whiteout::kFile;
        break;
      case 'o':
        file.whiteout = LayerFile::Whiteout::kOpaque;
        break;
      default:
        break;
    }
    if (!spec.facts.empty()) {
      file.facts = static_cast<std::uint32_t>(layer.facts.size());
      layer.facts.push_back(spec.facts);
    }
    layer.files.push_back(file);
  }
  std::ranges::stable_sort(layer.files, [](const LayerFile& a, const LayerFile& b) {
    if (a.path != b.path) return a.path < b.path;
    return a.whiteout != LayerFile::Whiteout::kNone && b.whiteout == LayerFile::Whiteout::kNone;
  });
  return layer;
}

template <class... L>
[[nodiscard]] std::vector<LayerFacts> make_layers(L&&... list) {
  std::vector<LayerFacts> out;
  (out.push_back(std::forward<L>(list)), ...);
  return out;
}

}  // namespace yagura::image::testing
