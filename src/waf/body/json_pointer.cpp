// Reads the text again, up to the value that is asked for, and remembers only the way there.

#include <string>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/body/internal/json_tokenizer.hpp"

namespace yagura::waf {
namespace {

constexpr std::uint32_t kMaxDepth = 10'000;

// Views of the body: it is fed in one piece.
class PointerFinder {
 public:
  explicit PointerFinder(std::uint32_t wanted) : wanted_(wanted) {}

  bool open(bool is_object, std::uint32_t offset) {
    if (!pass(offset)) return false;
    steps_.push_back({.is_object = is_object});
    return true;
  }
  bool close() {
    steps_.pop_back();
    return true;
  }
  bool key(std::string_view raw, bool escaped) {
    steps_.back().key = raw;
    steps_.back().escaped = escaped;
    return true;
  }
  bool scalar(internal::JsonScalar, std::string_view, bool, std::uint32_t offset) {
    return pass(offset);
  }

  [[nodiscard]] std::string pointer() const {
    std::string text;
    if (!found_) return text;
    for (const Step& step : steps_) {
      text += '/';
      if (step.is_object) {
        append_key(text, step);
      } else {
        text += std::to_string(step.element);
      }
    }
    return text;
  }

 private:
  struct Step {
    bool is_object = false, escaped = false;
    std::uint32_t element = static_cast<std::uint32_t>(-1);  // of an array; counted from 0
    std::string_view key;                                    // of an object
  };

  // A value begins at `offset`. False: it is the wanted one, or the wanted one lies behind.
  bool pass(std::uint32_t offset) {
    if (!steps_.empty()) ++steps_.back().element;
    found_ = offset == wanted_;
    return offset < wanted_;
  }

  static void append_key(std::string& text, const Step& step) {
    std::string key(step.key);
    if (step.escaped) key.resize(internal::unescape_json(step.key, key.data()).value_or(0));
    for (const char byte : key) {
      if (byte == '~') {
        text += "~0";
      } else if (byte == '/') {
        text += "~1";
      } else {
        text += byte;
      }
    }
  }

  const std::uint32_t wanted_;
  std::vector<Step> steps_;
  bool found_ = false;
};

}  // namespace

std::string json_pointer_at(std::string_view body, std::uint32_t offset) {
  PointerFinder finder(offset);
  internal::JsonTokenizer<PointerFinder> tokenizer(finder, kMaxDepth);
  if (tokenizer.feed(body)) (void)tokenizer.end();  // a number may be the last thing
  return finder.pointer();
}

}  // namespace yagura::waf
