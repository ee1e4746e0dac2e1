#pragma once

// What a condition or an output can ask of an event: the tables of fields of both sources, and how
// a written field (`proc.aname[2]`, `evt.arg.flags`, `jevt.value[/a/b]`) becomes a reference. The
// names and types are those that Falco documents (falco.org/docs/reference/rules/supported-fields).

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace yagura::rules {

enum class Source : std::uint8_t { kSyscall, kK8sAudit };

// "syscall", "k8s_audit".
[[nodiscard]] std::string_view to_string(Source source);
[[nodiscard]] std::optional<Source> find_source(std::string_view name);

// The type of a value, or of each element where the shape is a list. It decides what a condition
// may compare the field with, and how a constant is read.
enum class FieldType : std::uint8_t {
  kString,
  kInteger,   // int64, also unsigned ids and counts; constants may be decimal and 0x…
  kDouble,    // constants: decimal numbers
  kBoolean,   // constants: true, false
  kPort,      // an integer of 0 to 65535; constants may also be services' names (`http`)
  kIp,        // an address: Value::ip; constants are addresses, and with `in` and `=` networks too
  kIpNet,     // an address that is compared with networks: constants are 10.0.0.0/8, fe80::/10
  kTime,      // nanoseconds since 1970, an int64; constants are integers
  kDuration,  // nanoseconds, an int64; constants are integers
  kDynamic,   // known by the value only (evt.rawarg.*): compared as number where both are, else as
              // text
};

enum class FieldShape : std::uint8_t {
  kScalar,
  // A set in the language's sense: `in` asks whether every element is in the list of constants,
  // `intersects` whether any is; `exists`; nothing else. Values are lists.
  kList,
  // One or several values of which any may satisfy (fd.ip and fd.port: either end; proc.aname
  // without an index: any ancestor). `!=` holds where none is equal. Values are scalars or lists.
  kAnyOf,
};

enum class FieldArgument : std::uint8_t { kNone, kRequired, kOptional };

// A set of the spellings that an argument may have.
enum class ArgumentKind : std::uint8_t {
  kNone = 0,
  kIndex = 1,       // a[2]: a number from 0
  kKey = 2,         // a[name], a[/json/pointer], a["with ] in it"]
  kIndexOrKey = 3,  // a number is an index, everything else a key
};

struct FieldInfo {
  std::string_view name;  // without its argument: "proc.aname", "evt.arg"
  FieldType type = FieldType::kString;
  FieldShape shape = FieldShape::kScalar;
  FieldArgument argument = FieldArgument::kNone;
  ArgumentKind argument_kind = ArgumentKind::kNone;
  bool dotted_argument = false;  // the key may follow a dot: evt.arg.flags
  std::string_view description;  // one sentence, ours

  [[nodiscard]] bool is_list() const { return shape == FieldShape::kList; }
};

// A position in the table of its source: fields_of(source)[id].
using FieldId = std::uint16_t;

// The tables, sorted by nothing in particular; a name occurs once. Implemented in fields_*.cpp.
[[nodiscard]] std::span<const FieldInfo> fields_of(Source source);
// By the name alone, without an argument. O(1).
[[nodiscard]] std::optional<FieldId> find_field(Source source, std::string_view name);

// A field together with its argument. `key` belongs to whoever made the reference and must live as
// long as it.
struct FieldRef {
  static constexpr std::int32_t kNoIndex = -1;

  FieldId id = 0;
  std::int32_t index = kNoIndex;  // a[2]
  std::string_view key;           // a[name], a.name; empty: none
  friend bool operator==(const FieldRef&, const FieldRef&) = default;
};

struct FieldProblem {
  std::string message;  // what is wrong
  std::string hint;     // how to mend it: the nearest name, the kind of argument
};

// "proc.aname[2]" to a reference into `text`. Checks the name and that the argument is of the kind
// that the field takes.
[[nodiscard]] std::expected<FieldRef, FieldProblem> resolve_field(Source source,
                                                                  std::string_view text);

}  // namespace yagura::rules
