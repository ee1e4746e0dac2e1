#include "kube/sources/kustomize/patch_target.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace yagura::kube::kustomize {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

// At commas outside of parentheses.
std::vector<std::string_view> split_requirements(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && !inside)) {
      parts.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    } else if (text[i] == '(' || text[i] == ')') {
      inside = text[i] == '(';
    }
  }
  return parts;
}

std::string_view version_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Result<TextSelector> TextSelector::parse(std::string_view text) {
  TextSelector selector;
  if (trimmed(text).empty()) return selector;
  for (const std::string_view part : split_requirements(text)) {
    YAGURA_TRY(Requirement requirement, parse_requirement(part));
    selector.requirements_.push_back(std::move(requirement));
  }
  return selector;
}

Result<TextSelector::Requirement> TextSelector::parse_requirement(std::string_view text) {
  Requirement requirement;
  const auto bad = [&] {
    return fail(ErrorCode::kInvalidInput, "\"" + std::string(text) + "\" is no selector");
  };
  if (text.starts_with('!')) {
    requirement.key = trimmed(text.substr(1));
    requirement.op = Operator::kNotExists;
  } else if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
    const bool negated = equals > 0 && text[equals - 1] == '!';
    const bool doubled = text.substr(equals).starts_with("==");
    requirement.key = trimmed(text.substr(0, negated ? equals - 1 : equals));
    requirement.op = negated ? Operator::kNotIn : Operator::kIn;
    requirement.values.emplace_back(trimmed(text.substr(equals + (doubled ? 2 : 1))));
  } else if (const std::size_t open = text.find('('); open != std::string_view::npos) {
    if (!text.ends_with(')')) return bad();
    const std::string_view head = trimmed(text.substr(0, open));
    const std::size_t blank = head.rfind(' ');
    if (blank == std::string_view::npos) return bad();
    const std::string_view word = head.substr(blank + 1);
    if (word != "in" && word != "notin") return bad();
    requirement.op = word == "in" ? Operator::kIn : Operator::kNotIn;
    requirement.key = trimmed(head.substr(0, blank));
    for (const std::string_view value :
         split_requirements(text.substr(open + 1, text.size() - open - 2))) {
      requirement.values.emplace_back(value);
    }
  } else {
    requirement.key = text;
  }
  if (requirement.key.empty() || requirement.key.find(' ') != std::string::npos) return bad();
  return requirement;
}

bool TextSelector::matches(const Node* labels) const {
  return std::ranges::all_of(requirements_, [&](const Requirement& requirement) {
    const Node* value = labels == nullptr ? nullptr : labels->find(requirement.key);
    const bool listed =
        value != nullptr &&
        std::ranges::find(requirement.values, value->string_or()) != requirement.values.end();
    switch (requirement.op) {
      case Operator::kIn:
        return listed;
      case Operator::kNotIn:
        return !listed;
      case Operator::kExists:
        return value != nullptr;
      case Operator::kNotExists:
        return value == nullptr;
    }
    return false;
  });
}

Result<PatchTarget::Pattern> PatchTarget::pattern(const Node& target, std::string_view field) {
  const Node* node = target.find(field);
  if (node == nullptr || node->string_or().empty()) return Pattern();
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_shared<const re2::RE2>(piece(node->as_string()), options);
  if (!compiled->ok()) {
    return fail(ErrorCode::kInvalidInput,
                "target." + std::string(field) + " is no regular expression: " + compiled->error());
  }
  return Pattern(std::move(compiled));
}

Result<PatchTarget> PatchTarget::parse(const Node& target) {
  PatchTarget result;
  YAGURA_TRY(result.group_, pattern(target, "group"));
  YAGURA_TRY(result.version_, pattern(target, "version"));
  YAGURA_TRY(result.kind_, pattern(target, "kind"));
  YAGURA_TRY(result.name_, pattern(target, "name"));
  YAGURA_TRY(result.namespace_, pattern(target, "namespace"));
  const auto text = [&](std::string_view field) {
    const Node* node = target.find(field);
    return node == nullptr ? std::string_view() : node->string_or();
  };
  YAGURA_TRY(result.labels_, TextSelector::parse(text("labelSelector")));
  YAGURA_TRY(result.annotations_, TextSelector::parse(text("annotationSelector")));
  return result;
}

bool PatchTarget::fits(const Pattern& pattern, std::string_view text) {
  return pattern == nullptr || re2::RE2::FullMatch(piece(text), *pattern);
}

bool PatchTarget::matches(const Object& object) const {
  if (!fits(group_, object.group()) || !fits(kind_, object.kind()) ||
      !fits(version_, version_of(object.api_version()))) {
    return false;
  }
  const auto named = [&](const Identity& id) {
    return fits(name_, id.name) && fits(namespace_, id.namespace_);
  };
  if (!named(object.identity()) && std::ranges::none_of(object.former, named)) return false;
  const Node* metadata = object.root.find("metadata");
  if (metadata == nullptr) metadata = &object.root;
  return labels_.matches(metadata->find("labels")) &&
         annotations_.matches(metadata->find("annotations"));
}

}  // namespace yagura::kube::kustomize
