#include "vuln/feeds/oval.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "vuln/feeds/ecosystem.hpp"
#include "vuln/feeds/oval_document.hpp"

// A definition's criteria are a tree of conditions. Walking down, an AND gives what its direct
// members say of platform and module to all below it; conditions on packages become statements.

namespace yagura::vuln {

namespace {

// "Red Hat Enterprise Linux 9", "Ubuntu 22.04 LTS (jammy)": the ecosystem; "" for other things.
std::string ecosystem_of_platform(std::string_view name) {
  const auto digits_behind = [name](std::string_view prefix) -> std::string {
    const auto at = name.find(prefix);
    if (at == std::string_view::npos) return {};
    std::size_t begin = at + prefix.size();
    while (begin < name.size() && name[begin] == ' ') ++begin;
    std::size_t end = begin;
    while (end < name.size() && ((name[end] >= '0' && name[end] <= '9') || name[end] == '.')) ++end;
    return std::string(name.substr(begin, end - begin));
  };
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kPrefixes = {
      {{"Red Hat Enterprise Linux", "Red Hat:enterprise_linux:"},
       {"Debian GNU/Linux", "Debian:"},
       {"Ubuntu", "Ubuntu:"},
       {"Oracle Linux", "Oracle Linux:"},
       {"Amazon Linux", "Amazon Linux:"},
       {"AlmaLinux", "AlmaLinux:"},
       {"Rocky Linux", "Rocky Linux:"},
       {"Photon OS", "Photon OS:"}}};
  for (const auto& [prefix, ecosystem] : kPrefixes) {
    if (std::string version = digits_behind(prefix); !version.empty()) {
      return canonical_ecosystem(std::string(ecosystem) + version);
    }
  }
  if (name.starts_with("SUSE Linux")) return canonical_ecosystem("SUSE:" + std::string(name));
  if (name.starts_with("openSUSE")) return canonical_ecosystem("openSUSE:" + std::string(name));
  return {};
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// "Module nodejs:18 is enabled" -> "nodejs:18".
std::string_view module_of(std::string_view comment) {
  if (!comment.starts_with("Module ") || !take_suffix(comment, " is enabled")) return {};
  return comment.substr(7);
}

std::string platform_of(std::string_view comment) {
  if (!take_suffix(comment, " is installed") && !take_suffix(comment, " is enabled")) return {};
  return ecosystem_of_platform(comment);
}

FixState state_of(std::string_view resolution) {
  if (resolution == "Will not fix") return FixState::kWontFix;
  if (resolution == "Out of support scope") return FixState::kEndOfLife;
  if (resolution == "Fix deferred") return FixState::kDeferred;
  return FixState::kNotFixed;
}

// What holds where the walk is.
struct Scope {
  std::vector<std::string> ecosystems;
  std::string module_label;
};

class DefinitionReader {
 public:
  DefinitionReader(const OvalDocument& document, const OvalDefinition& definition, Record& record)
      : document_(document), definition_(definition), record_(record) {}

  void run() {
    Scope scope;
    for (const std::string& cpe : definition_.cpes) {
      const bool of_red_hat = cpe.find(":redhat:enterprise_linux:") != std::string::npos;
      if (of_red_hat) add_unique(canonical_ecosystem("Red Hat:" + cpe), scope.ecosystems);
    }
    if (scope.ecosystems.empty()) {
      for (const std::string& platform : definition_.platforms) {
        add_unique(ecosystem_of_platform(platform), scope.ecosystems);
      }
    }
    if (!definition_.nodes.empty()) walk(0, scope, 0);
  }

 private:
  static void add_unique(std::string text, std::vector<std::string>& list) {
    if (text.empty() || std::ranges::find(list, text) != list.end()) return;
    list.push_back(std::move(text));
  }

  // Platforms that the node asks for and nothing else.
  std::vector<std::string> platforms_of(const OvalNode& node) const {
    std::vector<std::string> out;
    for (const OvalCriterion& criterion : node.criteria) {
      std::string platform = platform_of(criterion.comment);
      if (platform.empty()) return {};
      add_unique(std::move(platform), out);
    }
    return node.children.empty() ? out : std::vector<std::string>();
  }

  void walk(std::size_t position, Scope scope, int depth) {
    const OvalNode& node = definition_.nodes[position];
    if (depth > kMaxOvalDepth || node.is_negated) return;
    if (node.is_and) narrow(node, scope);
    for (const OvalCriterion& criterion : node.criteria) condition(criterion, scope);
    for (const std::size_t child : node.children) walk(child, scope, depth + 1);
  }
  void narrow(const OvalNode& node, Scope& scope) const {
    std::vector<std::string> platforms;
    for (const OvalCriterion& criterion : node.criteria) {
      if (const auto module = module_of(criterion.comment); !module.empty()) {
        scope.module_label = module;
      }
      add_unique(platform_of(criterion.comment), platforms);
    }
    for (const std::size_t child : node.children) {
      for (std::string& platform : platforms_of(definition_.nodes[child])) {
        add_unique(std::move(platform), platforms);
      }
    }
    if (!platforms.empty()) scope.ecosystems = std::move(platforms);
  }

  void condition(const OvalCriterion& criterion, const Scope& scope) {
    const auto test = document_.tests.find(criterion.test);
    if (test == document_.tests.end()) return;
    if (!module_of(criterion.comment).empty() || !platform_of(criterion.comment).empty()) return;
    const auto object = document_.objects.find(test->second.object);
    if (object == document_.objects.end()) return;
    const std::string_view comment = criterion.comment;
    bool has_other_state = false;
    for (const std::string& id : test->second.states) {
      const auto state = document_.states.find(id);
      if (state == document_.states.end()) continue;
      if (state->second.evr.empty()) {
        has_other_state = true;  // "is signed with …", an architecture
      } else if (state->second.operation == "less than") {
        return each_name(object->second, [&](const std::string& name) {
          add(name, scope, Verdict::kBelow, state->second.evr);
        });
      }
    }
    if (comment.ends_with(" is not affected")) {
      each_name(object->second,
                [&](const std::string& name) { add(name, scope, Verdict::kNone, {}); });
    } else if (comment.ends_with(" is affected") ||
               (comment.ends_with(" is installed") && !has_other_state)) {
      each_name(object->second,
                [&](const std::string& name) { add(name, scope, Verdict::kAll, {}); });
    }
  }

  enum class Verdict { kBelow, kAll, kNone };

  template <class F>
  void each_name(const OvalObject& object, const F& call) const {
    if (!object.name.empty()) call(object.name);
    if (object.variable.empty()) return;
    const auto values = document_.variables.find(object.variable);
    if (values == document_.variables.end()) return;
    for (const std::string& name : values->second) call(name);
  }

  void add(const std::string& name, const Scope& scope, Verdict verdict, std::string_view evr) {
    if (evr.starts_with("0:")) evr.remove_prefix(2);
    for (const std::string& ecosystem : scope.ecosystems) {
      if (!seen_.emplace(ecosystem, name, scope.module_label + "\n" + std::string(evr)).second) {
        continue;
      }
      Affected affected;
      affected.ecosystem = ecosystem;
      affected.package = name;
      affected.module_label = scope.module_label;
      affected.not_affected = verdict == Verdict::kNone;
      affected.all_versions = verdict == Verdict::kAll;
      if (verdict == Verdict::kAll) affected.unfixed = resolution_of(name, scope.module_label);
      if (verdict == Verdict::kBelow) {
        affected.ranges.push_back(
            {{{Event::Kind::kIntroduced, "0"}, {Event::Kind::kFixed, std::string(evr)}}});
      }
      record_.affected.push_back(std::move(affected));
    }
  }
  FixState resolution_of(const std::string& name, const std::string& module_label) const {
    for (const auto& [component, state] : definition_.resolutions) {
      if (component == name || component == module_label + "/" + name) return state_of(state);
    }
    return FixState::kNotFixed;
  }

  const OvalDocument& document_;
  const OvalDefinition& definition_;
  Record& record_;
  std::set<std::tuple<std::string, std::string, std::string>> seen_;
};

std::string source_of(const Record& record) {
  if (record.affected.empty()) return "oval";
  const std::string_view base = ecosystem_base(record.affected.front().ecosystem);
  if (base == "Red Hat") return "redhat";
  if (base == "SUSE" || base == "openSUSE") return "suse";
  if (base == "Oracle Linux") return "oracle";
  std::string out(base);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// The advisory's own name, where there is one, and the vulnerabilities that it is about.
void read_names(const OvalDefinition& definition, Record& record) {
  for (const auto& [source, id] : definition.references) {
    if (is_cve(id)) {
      if (std::ranges::find(record.upstream, id) == record.upstream.end()) {
        record.upstream.push_back(id);
      }
    } else if (record.id.empty() && !id.empty()) {
      record.id = id;
    }
  }
  if (record.id.empty() && !record.upstream.empty()) record.id = record.upstream.front();
  if (record.id.empty()) record.id = definition.id;
  if (record.upstream.size() == 1 && record.upstream.front() == record.id) record.upstream.clear();
}

void read_ratings(const OvalDefinition& definition, Record& record) {
  const std::string source = source_of(record);
  if (!definition.severity.empty()) {
    record.ratings.push_back(
        {.source = source, .vector = {}, .score = 0, .word = definition.severity});
  }
  // Of an advisory about several, a vector is of one of them.
  if (record.upstream.size() > 1) return;
  for (const std::string& vector : definition.vectors) {
    const auto slash = vector.find('/');
    if (slash == std::string::npos) continue;
    record.ratings.push_back(
        {.source = source, .vector = vector.substr(slash + 1), .score = 0, .word = {}});
  }
}

}  // namespace

void read_oval(std::string_view bytes, std::string_view file, Parsed& parsed) {
  const OvalDocument document = read_oval_document(bytes);
  if (!document.error.empty()) add_problem(parsed, file, document.line, document.error);
  if (document.error.empty() && document.definitions.empty()) {
    add_problem(parsed, file, 0, "XML without OVAL definitions");
  }
  parsed.data_time = std::max(parsed.data_time, document.timestamp);
  for (const OvalDefinition& definition : document.definitions) {
    if (definition.kind != "patch" && definition.kind != "vulnerability") continue;
    Record record;
    read_names(definition, record);
    record.authority = Authority::kDistribution;
    record.summary = definition.title;
    record.details = definition.description;
    record.published = definition.issued;
    record.references = definition.urls;
    record.weaknesses = definition.weaknesses;
    DefinitionReader(document, definition, record).run();
    if (record.affected.empty()) continue;  // speaks of no package that we could find
    record.source = source_of(record);
    read_ratings(definition, record);
    parsed.records.push_back(std::move(record));
  }
}

}  // namespace yagura::vuln
