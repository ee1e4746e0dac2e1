#pragma once

// Cuts a YAML stream into its documents. A line that begins with `---` or `...` and a blank or line
// end ends a document wherever it stands, also within a quoted or block scalar (YAML 1.2.2, 9.1.2
// c-forbidden), so that the cut needs no parser, is made at the speed of memmem, and holds whatever
// is broken in a document. Internal to src/kube/yaml.

#include <array>
#include <string_view>

namespace yagura::kube::yaml {

struct DocumentSlice {
  std::string_view prefix;  // directives and comments before `---`; empty where there is none
  std::string_view body;  // the text of the document; ends at the text's end or at a marker's line
  const char* line = nullptr;   // begin of the line that the body begins on
  bool on_marker_line = false;  // the body begins behind `---`, on its line
};

class DocumentCutter {
 public:
  explicit DocumentCutter(std::string_view text);

  // False: no more. Linear over all calls.
  [[nodiscard]] bool next(DocumentSlice& slice);

 private:
  // Finds one spelling of a line end followed by one marker, from left to right.
  struct Search {
    std::string_view pattern;
    std::size_t found = 0;  // offset of the pattern, at or behind the last place asked for
  };
  enum class Marker { kNone, kStart, kEnd };

  [[nodiscard]] Marker marker_at(std::size_t line) const;
  [[nodiscard]] std::size_t next_marker_line(std::size_t from);
  [[nodiscard]] bool only_directives(std::string_view part) const;

  std::string_view text_;
  std::size_t at_ = 0;  // begin of a line
  std::array<Search, 4> searches_;
  std::size_t search_count_ = 2;
};

}  // namespace yagura::kube::yaml
