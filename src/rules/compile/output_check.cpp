#include "rules/compile/output_check.hpp"

#include <fmt/format.h>

#include <vector>

#include "rules/language/suggest.hpp"

namespace yagura::rules {

namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

// %container.info is what older rules ask for; it prints nothing of its own.
constexpr std::string_view kContainerInfo = "container.info";

bool is_known(Source source, std::string_view text) {
  for (std::string_view name = text; !name.empty(); name = name.substr(0, name.rfind('.'))) {
    if (resolve_field(source, name) || name == kContainerInfo) return true;
    if (name.find('.') == std::string_view::npos) break;
  }
  return false;
}

std::string_view field_at(std::string_view output, std::size_t at) {
  std::size_t end = at;
  while (end < output.size() && is_name(output[end])) ++end;
  if (end < output.size() && output[end] == '[') {
    const std::size_t bracket = output.find(']', end);
    if (bracket != std::string_view::npos) return output.substr(at, bracket + 1 - at);
  }
  while (end > at && output[end - 1] == '.') --end;  // the end of a sentence
  return output.substr(at, end - at);
}

}  // namespace

void check_output(Source source, std::string_view output, const FilePlace& place,
                  Problems& problems) {
  for (std::size_t at = output.find('%'); at != std::string_view::npos; at = output.find('%', at)) {
    ++at;
    if (at < output.size() && output[at] == '%') {
      ++at;
      continue;
    }
    std::size_t begin = at;
    while (begin < output.size() && output[begin] >= '0' && output[begin] <= '9') ++begin;
    const std::string_view field = field_at(output, begin);
    if (field.empty() || is_known(source, field)) continue;
    std::vector<std::string_view> names;
    for (const FieldInfo& info : fields_of(source)) names.push_back(info.name);
    problems.add(place, fmt::format("unknown field %{} in the output", field),
                 did_you_mean(field.substr(0, field.find('[')), names), true);
  }
}

}  // namespace yagura::rules
