// JSON straight to arguments, without a tree: a leaf's name is the path that stands when the leaf
// comes. Names as ModSecurity 3.0.9 makes them: "json" for the text itself, ".key" for a member
// (".empty-key" for the empty one), ".array_N" for an element. Keys are unescaped and a dot in one
// stays, so two leaves may share a name. Numbers, true and false are their text, null is empty,
// containers without a leaf leave no argument. The name of a member that is an array is given by
// itself as well: with several values or none it is the argument's name, as in a form.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "waf/body/internal/json_tokenizer.hpp"
#include "waf/body/internal/readers.hpp"

namespace yagura::waf {
namespace {

using internal::JsonScalar;
using internal::JsonStop;

class JsonReader final : public internal::CollectingReader {
 public:
  JsonReader(const BodyLimits& limits, core::Arena& arena)
      : CollectingReader(limits, arena), tokenizer_(*this, limits.max_json_depth) {
    path_.reserve(128);
    result_.arguments.reserve(32);
  }

  bool feed(std::string_view chunk) override {
    if (failed() || !take_bytes(chunk.size())) return false;
    if (!tokenizer_.feed(chunk)) explain();
    return !failed();
  }

  // What the tokenizer calls.
  bool open(bool is_object, std::uint32_t offset) {
    step_to_element();
    if (!is_object && !frames_.empty() && frames_.back().is_object && !add_name(offset))
      return false;
    frames_.push_back({.path_size = path_.size(), .next_element = 0, .is_object = is_object});
    return true;
  }

  bool close() {
    frames_.pop_back();
    return true;
  }

  bool key(std::string_view raw, bool escaped) {
    path_.resize(frames_.back().path_size);
    path_ += '.';
    if (raw.empty()) {
      path_ += "empty-key";
    } else if (!escaped) {
      path_ += raw;
    } else {
      const std::size_t before = path_.size();
      path_.resize(before + raw.size());
      const auto size = internal::unescape_json(raw, path_.data() + before);
      if (!size) return refuse_escape();
      path_.resize(before + *size);
    }
    return true;
  }

  // The text was cut behind a key: its member has no value yet, and the key is shown all the same.
  bool key_without_value(std::uint32_t offset) {
    return scalar(JsonScalar::kNull, {}, false, offset);
  }

  bool scalar(JsonScalar kind, std::string_view raw, bool escaped, std::uint32_t offset) {
    if (result_.arguments.size() >= limits_.max_arguments) {
      set_limit_reached(
          fmt::format("JSON parsing error: more than {} values: the rest was not read.",
                      limits_.max_arguments));
      return false;
    }
    step_to_element();
    if (!count_name(offset)) return false;
    std::string_view value;
    if (kind == JsonScalar::kString && escaped) {
      char* const text = static_cast<char*>(arena_.allocate(raw.size(), 1));
      const auto size = internal::unescape_json(raw, text);
      if (!size) return refuse_escape();
      value = {text, *size};
    } else if (kind != JsonScalar::kNull) {
      value = arena_.copy(raw);
    }
    result_.arguments.push_back({.name = arena_.copy(path_), .value = value, .offset = offset});
    return true;
  }

 private:
  // Of a value that begins at `offset`.
  bool count_name(std::uint64_t offset) {
    name_bytes_ += path_.size();
    const std::uint64_t most = most_name_bytes(offset);
    if (name_bytes_ <= most) return true;
    set_limit_reached(
        fmt::format("JSON parsing error: the names of the values take more than {} bytes.", most));
    return false;
  }

  bool add_name(std::uint32_t offset) {
    if (result_.names.size() >= limits_.max_arguments) {
      set_limit_reached(
          fmt::format("JSON parsing error: more than {} arrays: the rest was not read.",
                      limits_.max_arguments));
      return false;
    }
    if (!count_name(offset)) return false;
    result_.names.push_back(arena_.copy(path_));
    return true;
  }

  struct Frame {
    std::size_t path_size;  // of the container's own path
    std::uint32_t next_element;
    bool is_object;
  };

  void end(BodyEnd end) override {
    if (failed()) return;
    const bool is_well = end == BodyEnd::kCut ? tokenizer_.end_cut() : tokenizer_.end();
    if (!is_well) explain();
  }

  // A value begins: where it is an array's, its path ends with its number. (A member's is key()'s.)
  void step_to_element() {
    if (frames_.empty() || frames_.back().is_object) return;
    char digits[10];
    const auto [end, _] =
        std::to_chars(digits, digits + sizeof(digits), frames_.back().next_element++);
    path_.resize(frames_.back().path_size);
    path_ += ".array_";
    path_.append(digits, end);
  }

  // Names are paths and repeat: they may take so much however small the body is, else so many times
  // what came of it. (The least element, "1,", has a name of some 15 bytes.)
  [[nodiscard]] std::uint64_t most_name_bytes(std::uint64_t offset) const {
    return std::max<std::uint64_t>(limits_.max_name_bytes, offset * 16);
  }

  bool refuse_escape() {
    set_error("JSON parsing error: a backslash begins no escape");
    return false;
  }

  void explain() {
    if (tokenizer_.stop() == JsonStop::kDepth) {
      set_limit_reached(
          fmt::format("JSON parsing error: more than {} levels deep.", limits_.max_json_depth));
    } else if (tokenizer_.stop() == JsonStop::kSyntax) {
      set_error(fmt::format("JSON parsing error: {}", tokenizer_.message()));
    }
  }

  internal::JsonTokenizer<JsonReader> tokenizer_;
  std::vector<Frame> frames_;
  std::string path_ = "json";  // of the value that comes next, or of the last one
  std::uint64_t name_bytes_ = 0;
};

}  // namespace

std::unique_ptr<BodyReader> internal::make_json_reader(const BodyLimits& limits,
                                                       core::Arena& arena) {
  return std::make_unique<JsonReader>(limits, arena);
}

}  // namespace yagura::waf
