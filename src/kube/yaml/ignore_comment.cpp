#include "kube/yaml/ignore_comment.hpp"

#include <algorithm>

namespace yagura::kube::yaml {

namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kSeparators = " \t,";

void trim_front(std::string_view& text, std::string_view bytes) {
  text.remove_prefix(std::min(text.find_first_not_of(bytes), text.size()));
}

// Takes the id at the front of `rest`. A comma, with or without blanks around it, says that another
// follows.
bool take_id(std::string_view& rest, std::vector<std::string>& ids) {
  const std::size_t size = std::min(rest.find_first_of(kSeparators), rest.size());
  if (size == 0) return false;
  ids.emplace_back(rest.substr(0, size));
  rest.remove_prefix(size);
  trim_front(rest, kBlanks);
  if (rest.empty() || rest.front() != ',') return false;
  trim_front(rest, kSeparators);
  return true;
}

}  // namespace

std::optional<IgnoreComment> parse_ignore_comment(std::string_view comment) {
  trim_front(comment, "#");
  trim_front(comment, kBlanks);
  if (!comment.starts_with(kIgnoreWord)) return std::nullopt;
  comment.remove_prefix(kIgnoreWord.size());
  if (!comment.empty() && kBlanks.find(comment.front()) == std::string_view::npos &&
      comment.front() != ':') {
    return std::nullopt;
  }
  trim_front(comment, " \t:");
  IgnoreComment ignore;
  while (take_id(comment, ignore.ids)) {
  }
  const std::size_t last = comment.find_last_not_of(kBlanks);
  if (last != std::string_view::npos) ignore.reason = comment.substr(0, last + 1);
  return ignore;
}

}  // namespace yagura::kube::yaml
