#pragma once

// A state that is wrong (or was looked at and is right, or could not be judged). Everything that
// scans makes these; everything that reports, stores or compares reads them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/control.hpp"
#include "model/resource.hpp"

namespace yagura::model {

enum class Status : std::uint8_t {
  kFail,
  kPass,          // reported only where it is asked for
  kNotEvaluated,  // nobody knows: `message` says why. Never shown as a pass
  kIgnored,       // a fail that an exception covers: `ignored_by` says which
};

// "fail", "pass", "not-evaluated", "ignored".
[[nodiscard]] std::string_view to_string(Status status);

// The field, or the place where it should be.
struct Location {
  // Empty: the resource's. Else another file that the object was put together from (a patch).
  std::string file;
  std::uint32_t line = 0;    // 1-based; 0: unknown (live object)
  std::uint32_t column = 0;  // 1-based, in bytes
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;  // of the first byte behind the field
  std::string path;              // "spec.template.spec.containers[0].securityContext.privileged"
  // The path is not there; line and column are of the nearest ancestor that is.
  bool missing = false;
};

// One step of a fix, as RFC 6902 has it, plus `set`: make the parents that are missing, then add or
// replace.
struct PatchOperation {
  enum class Kind : std::uint8_t {
    kSet,
    kRemove,
    kAppend,  // to a list, made where missing
  };
  Kind kind = Kind::kSet;
  std::string path;   // RFC 6901 JSON pointer into the object: "/spec/containers/0/image"
  std::string value;  // JSON; empty for kRemove
};

// The same fix as it changes the bytes of the resource's file: the region is replaced by `text`. An
// empty region inserts. Lines and columns as in Location.
struct TextEdit {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;
  std::string text;
};

struct Fix {
  std::string description;  // "set allowPrivilegeEscalation to false"
  // Empty: there is no mechanical fix, the description says what to do.
  std::vector<PatchOperation> operations;
  // Empty: nobody computed them. In order, not overlapping.
  std::vector<TextEdit> edits;
};

struct Finding {
  std::shared_ptr<const Control> control;
  std::shared_ptr<const Resource> resource;
  Status status = Status::kFail;
  Severity severity = Severity::kMedium;  // the control's, unless configuration says otherwise
  Location location;
  std::string message;  // what was seen, where it was inherited from
  std::string subject;  // inside the object, e.g. the container's name; may be empty
  Fix fix;
  std::string ignored_by;  // kIgnored: owner, reason and source of the exception
};

// Stable across runs, machines, line moves and reordering of other objects: 16 hex digits (FNV-1a)
// over control id, apiVersion group and kind, namespace, name, path with the first list position
// replaced by the element's name where it has one (`subject`), never file or line. Baselines, SARIF
// fingerprints and the store compare by it.
[[nodiscard]] std::string fingerprint(const Finding& finding);

}  // namespace yagura::model
