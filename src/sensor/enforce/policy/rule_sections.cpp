#include "sensor/enforce/policy/rule_sections.hpp"

#include <fmt/format.h>

#include "sensor/enforce/policy/names.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr std::uint32_t bit(ygr_operation operation) { return std::uint32_t{1} << operation; }

std::optional<PathPattern> read_path(SectionReader& section, const kube::Node& node) {
  auto pattern = node.is_string() ? parse_path_pattern(node.as_string()) : std::nullopt;
  if (!pattern) {
    section.error(node,
                  fmt::format("\"{}\" is no path that policies can name", section.spelling(node)),
                  "absolute, without . and .., at most 48 names; /a/** is all below, /a/b* names "
                  "that begin so");
  }
  return pattern;
}

std::optional<Sha256> parse_sha256(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  if (text.size() != 64) return std::nullopt;
  Sha256 hash{};
  for (std::size_t i = 0; i < 64; ++i) {
    const char c = text[i];
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<unsigned>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<unsigned>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    hash[i / 2] = static_cast<std::uint8_t>(hash[i / 2] << 4 | digit);
  }
  return hash;
}

struct Executables {
  PolicyRule paths;
  PolicyRule hashes;
};

void read_executable(SectionReader section, Executables& into) {
  section.allow_only({"path", "sha256"});
  if (section.has("path") == section.has("sha256")) {
    section.error(section.node(), "an executable is named by path or by sha256");
    return;
  }
  if (const kube::Node* path = section.find("path"); path != nullptr) {
    if (auto pattern = read_path(section, *path)) into.paths.paths.push_back(*pattern);
    return;
  }
  if (const auto hash = parse_sha256(section.text("sha256"))) {
    into.hashes.hashes.push_back(*hash);
  } else {
    section.error_at("sha256", "a SHA-256 hash has 64 hexadecimal digits");
  }
}

void read_executable_list(SectionReader& section, std::string_view field, Effect effect,
                          Policy& policy) {
  Executables read;
  read.paths.field = read.hashes.field = section.path_of(field);
  read.paths.effect = read.hashes.effect = effect;
  // What may run is one list: an executable that a path allows needs no allowed hash, and the
  // other way round. See compile/ for how the two meet.
  read.paths.operations = bit(YGR_OP_EXEC);
  read.hashes.operations = bit(YGR_OP_EXEC_HASH);
  std::size_t index = 0;
  for (const kube::Node& item : section.list(field)) {
    if (item.is_string()) {
      if (auto pattern = read_path(section, item)) read.paths.paths.push_back(*pattern);
    } else {
      read_executable(section.item(field, index, item), read);
    }
    ++index;
  }
  if (section.has(field) && index == 0) {
    section.error_at(
        field, fmt::format("\"{}\" is empty", section.path_of(field)),
        effect == Effect::kAllow ? "to deny every program write deny: [/**]" : "leave it out");
  }
  if (!read.paths.paths.empty()) policy.rules.push_back(std::move(read.paths));
  if (!read.hashes.hashes.empty()) policy.rules.push_back(std::move(read.hashes));
}

void add_whole(SectionReader& section, std::string_view field, std::uint32_t operations,
               Policy& policy) {
  if (!section.has(field)) return;
  if (section.word(field, {"allow", "deny"}, 1) == 1) {
    policy.rules.push_back({.field = section.path_of(field), .operations = operations});
  }
}

void read_executables(SectionReader section, Policy& policy) {
  section.allow_only({"allow", "deny", "writableLayer", "memfd", "unknownHash"});
  read_executable_list(section, "allow", Effect::kAllow, policy);
  read_executable_list(section, "deny", Effect::kDeny, policy);
  add_whole(section, "writableLayer", bit(YGR_OP_EXEC_UPPER), policy);
  add_whole(section, "memfd", bit(YGR_OP_EXEC_MEMFD), policy);
  policy.denies_unknown_hashes = section.word("unknownHash", {"allow", "deny"}, 0) == 1;
}

void read_file_rule(SectionReader section, Policy& policy) {
  section.allow_only({"action", "operations", "paths"});
  PolicyRule rule{.field = section.path()};
  if (!section.has("action")) section.error(section.node(), "action is missing", "allow or deny");
  rule.effect = section.word("action", {"allow", "deny"}, 1) == 0 ? Effect::kAllow : Effect::kDeny;
  for (const std::uint64_t bits :
       section.numbers("operations", file_operation_names(), "operation on files", 0)) {
    rule.operations |= static_cast<std::uint32_t>(bits);
  }
  for (const kube::Node& path : section.list("paths")) {
    if (auto pattern = read_path(section, path)) rule.paths.push_back(*pattern);
  }
  if (rule.operations == 0)
    section.error_at("operations", "a rule without operations", "for example [read, write]");
  if (rule.paths.empty()) section.error_at("paths", "a rule without paths");
  policy.rules.push_back(std::move(rule));
}

void read_files(SectionReader& spec, Policy& policy) {
  std::size_t index = 0;
  for (const kube::Node& item : spec.list("files"))
    read_file_rule(spec.item("files", index++, item), policy);
}

void read_subjects(SectionReader section, std::uint32_t operation,
                   std::span<const NamedNumber> names, std::string_view what, std::uint64_t highest,
                   Policy& policy) {
  section.allow_only({"allow", "deny"});
  for (const std::string_view field : {"allow", "deny"}) {
    if (!section.has(field)) continue;
    PolicyRule rule{.field = section.path_of(field),
                    .operations = operation,
                    .effect = field == "allow" ? Effect::kAllow : Effect::kDeny,
                    .subjects = section.numbers(field, names, what, highest)};
    if (rule.effect == Effect::kDeny && rule.subjects.empty()) {
      section.error_at(field, fmt::format("\"{}\" is empty", section.path_of(field)));
    }
    policy.rules.push_back(std::move(rule));
  }
}

}  // namespace

void read_rule_sections(SectionReader& spec, Policy& policy) {
  spec.allow_only({"selector", "mode", "autoRevert", "executables", "files", "network",
                   "capabilities", "mounts", "ptrace", "namespaces", "kernelModules", "bpf",
                   "users", "writableExecutableMemory", "ioUring", "userfaultfd"});
  read_executables(spec.child("executables"), policy);
  read_files(spec, policy);
  read_network(spec.child("network"), policy);
  read_subjects(spec.child("capabilities"), bit(YGR_OP_CAPABILITY), capability_names(),
                "capability", 63, policy);
  read_subjects(spec.child("namespaces"), bit(YGR_OP_NAMESPACE), namespace_names(),
                "kind of namespace", 0, policy);
  read_subjects(spec.child("users"), bit(YGR_OP_SETUID), {}, "user's number", 0xfffffffe, policy);
  add_whole(spec, "mounts", bit(YGR_OP_MOUNT), policy);
  add_whole(spec, "ptrace", bit(YGR_OP_PTRACE), policy);
  add_whole(spec, "kernelModules", bit(YGR_OP_MODULE), policy);
  add_whole(spec, "bpf", bit(YGR_OP_BPF), policy);
  add_whole(spec, "writableExecutableMemory", bit(YGR_OP_WX_MEMORY), policy);
  add_whole(spec, "ioUring", bit(YGR_OP_IO_URING), policy);
  add_whole(spec, "userfaultfd", bit(YGR_OP_USERFAULTFD), policy);
}

}  // namespace yagura::sensor::enforce
