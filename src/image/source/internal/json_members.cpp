#include "image/source/internal/json_members.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/visible_text.hpp"

namespace yagura::image::internal {
namespace {

constexpr std::size_t kMaxKeyInMessage = 64;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

Result<void> within(Result<void> result, std::string_view place) {
  if (result) return result;
  Error error = std::move(result).error();
  // "layers" and "[3]: …" become "layers[3]: …".
  const bool is_index = error.message.starts_with('[');
  error.message.insert(0, is_index ? std::string(place) : fmt::format("{}: ", place));
  return std::unexpected(std::move(error));
}

// As Go's reader compares keys: ASCII without case, and the two letters beyond ASCII that fold to
// ASCII ones: U+017F (long s) and U+212A (the Kelvin sign).
std::string folded(std::string_view key) {
  std::string out;
  out.reserve(key.size());
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key.substr(i, 2) == "\xC5\xBF") {
      out += 's';
      i += 1;
    } else if (key.substr(i, 3) == "\xE2\x84\xAA") {
      out += 'k';
      i += 2;
    } else {
      out += key[i] >= 'A' && key[i] <= 'Z' ? static_cast<char>(key[i] + ('a' - 'A')) : key[i];
    }
  }
  return out;
}

struct Known {
  std::string name;  // folded
  const JsonMember* member;
  bool was_read = false;
};

std::string shown(std::string_view key) { return core::visible(key.substr(0, kMaxKeyInMessage)); }

}  // namespace

Result<void> read_json_document(std::string_view bytes, std::size_t max_size, std::string_view what,
                                const ReadJson& read) {
  if (bytes.size() > max_size) {
    return fail(ErrorCode::kLimitExceeded, fmt::format("{}: {} bytes are more than the limit of {}",
                                                       what, bytes.size(), max_size));
  }
  simdjson::dom::parser parser;
  Json root;
  if (const auto error =
          bytes.empty() ? simdjson::EMPTY : parser.parse(bytes.data(), bytes.size()).get(root)) {
    return wrong(fmt::format("{}: is no JSON: {}", what, simdjson::error_message(error)));
  }
  return within(read(root), what);
}

Result<void> read_members(Json value, std::initializer_list<JsonMember> members) {
  simdjson::dom::object object;
  if (value.get(object)) return wrong("is no object");
  std::vector<Known> known;
  known.reserve(members.size());
  for (const JsonMember& member : members) known.push_back({folded(member.name), &member});
  for (const auto field : object) {
    const auto found = std::ranges::find(known, folded(field.key), &Known::name);
    if (found == known.end()) continue;
    if (field.key != found->member->name) {
      return wrong(fmt::format(
          "has \"{}\", which some programs take for \"{}\" and some do not: refused as ambiguous",
          shown(field.key), found->member->name));
    }
    if (found->was_read) {
      return wrong(fmt::format("has \"{}\" twice: refused as ambiguous", found->member->name));
    }
    found->was_read = true;
    if (field.value.is_null()) continue;
    YAGURA_TRY_VOID(within(found->member->read(field.value), found->member->name));
  }
  return {};
}

ReadJson into(std::string& out) {
  return [&out](Json value) -> Result<void> {
    std::string_view text;
    if (value.get(text)) return wrong("is no text");
    out = text;
    return {};
  };
}

ReadJson into(std::int64_t& out) {
  return [&out](Json value) -> Result<void> {
    if (value.get(out)) return wrong("is no whole number");
    return {};
  };
}

ReadJson into(bool& out) {
  return [&out](Json value) -> Result<void> {
    if (value.get(out)) return wrong("is neither true nor false");
    return {};
  };
}

ReadJson each(std::size_t max, std::function<Result<void>(Json)> read) {
  return [max, read = std::move(read)](Json value) -> Result<void> {
    simdjson::dom::array list;
    if (value.get(list)) return wrong("is no list");
    std::size_t at = 0;
    for (const Json element : list) {
      if (at == max) {
        return fail(ErrorCode::kLimitExceeded, fmt::format("has more than {} elements", max));
      }
      YAGURA_TRY_VOID(within(read(element), fmt::format("[{}]", at)));
      ++at;
    }
    return {};
  };
}

ReadJson into(std::vector<std::string>& out, std::size_t max) {
  return each(max, [&out](Json value) { return into(out.emplace_back())(value); });
}

ReadJson into(Annotations& out, std::size_t max) {
  return [&out, max](Json value) -> Result<void> {
    simdjson::dom::object object;
    if (value.get(object)) return wrong("is no object");
    for (const auto field : object) {
      if (out.size() == max) {
        return fail(ErrorCode::kLimitExceeded, fmt::format("has more than {} members", max));
      }
      out.emplace_back(field.key, std::string());
      if (field.value.is_null()) continue;
      YAGURA_TRY_VOID(within(into(out.back().second)(field.value), shown(field.key)));
    }
    return {};
  };
}

ReadJson keys_into(std::vector<std::string>& out, std::size_t max) {
  return [&out, max](Json value) -> Result<void> {
    simdjson::dom::object object;
    if (value.get(object)) return wrong("is no object");
    for (const auto field : object) {
      if (out.size() == max) {
        return fail(ErrorCode::kLimitExceeded, fmt::format("has more than {} members", max));
      }
      out.emplace_back(field.key);
    }
    std::ranges::sort(out);
    return {};
  };
}

}  // namespace yagura::image::internal
