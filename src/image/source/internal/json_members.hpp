#pragma once

// Reading JSON documents of which several programs must have the same idea. Go's encoding/json,
// which runtimes and registries read with, takes keys in any case and the last of several; so a key
// that comes twice, or that differs from a known one in case alone, is an error here.

#include <simdjson.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/source/descriptor.hpp"

namespace yagura::image::internal {

using Json = simdjson::dom::element;
using ReadJson = std::function<Result<void>(Json)>;

struct JsonMember {
  std::string_view name;
  ReadJson read;  // not called for null, which is the same as absent
};

// The document's root given to `read`; errors carry `what` ("manifest") in front.
[[nodiscard]] Result<void> read_json_document(std::string_view bytes, std::size_t max_size,
                                              std::string_view what, const ReadJson& read);

// An object: known members are given to their readers, others passed over.
[[nodiscard]] Result<void> read_members(Json value, std::initializer_list<JsonMember> members);

[[nodiscard]] ReadJson into(std::string& out);
[[nodiscard]] ReadJson into(std::int64_t& out);
[[nodiscard]] ReadJson into(bool& out);
[[nodiscard]] ReadJson into(std::vector<std::string>& out, std::size_t max);
// An object of texts.
[[nodiscard]] ReadJson into(Annotations& out, std::size_t max);
// The keys of an object, sorted.
[[nodiscard]] ReadJson keys_into(std::vector<std::string>& out, std::size_t max);
// Each element of a list.
[[nodiscard]] ReadJson each(std::size_t max, std::function<Result<void>(Json)> read);

}  // namespace yagura::image::internal
