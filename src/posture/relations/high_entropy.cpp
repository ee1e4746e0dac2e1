// Random-looking values where everybody who may read the object reads them: environment variables,
// arguments, ConfigMaps. Messages never show the value.

#include <algorithm>
#include <cstdio>

#include "posture/relations/checks.hpp"
#include "posture/relations/random_text.hpp"

namespace yagura::posture::relations {

namespace {

constexpr std::size_t kMostTokens = 50;  // of one value; more are not counted

std::string describe(std::string_view text, const std::vector<RandomToken>& tokens) {
  const RandomToken& first = tokens.front();
  const std::string_view token = text.substr(first.offset, first.length);
  char bits[32];
  std::snprintf(bits, sizeof(bits), "%.1f", shannon_entropy(token));
  std::string words = "a random-looking value of " + std::to_string(token.size()) +
                      " characters (" + bits + " bits each)";
  const auto before = text.substr(0, first.offset);
  if (text.find('\n') != std::string_view::npos) {
    words += " in line " + std::to_string(1 + std::ranges::count(before, '\n'));
  }
  if (tokens.size() > 1) words += " and " + std::to_string(tokens.size() - 1) + " more";
  return words;
}

void judge_text(Judge& judge, const Object& object, const kube::NodePath& path,
                std::string_view text, std::string_view key, std::string_view subject) {
  const std::vector<RandomToken> tokens = find_random_tokens(text, key, kMostTokens);
  if (tokens.empty()) return;
  std::string place = key.empty() ? std::string("an argument") : quoted(key);
  judge.fail(object, path,
             place + " holds " + describe(text, tokens) + ": probably a key or a password",
             {.subject = std::string(subject)});
}

// The name of a flag, for `--token=…` as well as for `--token …`.
std::string_view flag_name(std::string_view argument) {
  if (!argument.starts_with('-')) return {};
  return argument.substr(0, argument.find('='));
}

void judge_arguments(Judge& judge, const Object& object, const kube::Container& container,
                     const kube::NodePath& path, std::string_view field) {
  std::string_view flag;
  const auto arguments = container.node->list(field);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i].string_or();
    const std::string_view own = flag_name(argument);
    judge_text(judge, object, below(path, field, i), argument, own.empty() ? flag : own,
               container.name);
    flag = own;
  }
}

void judge_container(Judge& judge, const Object& object, const kube::Container& container,
                     const kube::NodePath& path) {
  const auto env = container.node->list("env");
  for (std::size_t i = 0; i < env.size(); ++i) {
    const kube::Node* value = env[i].find("value");
    if (value == nullptr) continue;
    judge_text(judge, object, below(path, "env", i, "value"), value->string_or(),
               text_of(&env[i], "name"), container.name);
  }
  judge_arguments(judge, object, container, path, "command");
  judge_arguments(judge, object, container, path, "args");
}

}  // namespace

void high_entropy_value(Judge& judge) {
  for (const Object& object : judge.index().objects()) {
    if (object.is("", "ConfigMap")) {
      judge.looks_at(object);
      const kube::Node* data = object.root->find("data");
      if (data == nullptr || !data->is_map()) continue;
      for (const kube::Member& member : data->members()) {
        judge_text(judge, object, at("data", member.key), member.value.string_or(), member.key,
                   member.key);
      }
    } else if (object.workload && object.workload->pod_spec() != nullptr) {
      judge.looks_at(object);
      const kube::NodePath spec = pod_spec_path(*object.workload);
      for (const kube::Container& container : kube::containers(*object.workload->pod_spec())) {
        judge_container(judge, object, container, below(spec, container.list, container.index));
      }
    }
  }
}

}  // namespace yagura::posture::relations
