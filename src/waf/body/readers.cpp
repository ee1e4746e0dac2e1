#include "waf/body/internal/readers.hpp"

#include <fmt/format.h>

#include <iterator>

namespace yagura::waf {
namespace {

template <typename T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
}

// Takes bytes and makes nothing of them: the caller keeps the raw body.
class RawReader final : public BodyReader {
 public:
  bool feed(std::string_view) override { return false; }
  void finish(ParsedBody&, BodyEnd) override {}
};

}  // namespace

namespace internal {

void CollectingReader::finish(ParsedBody& out, BodyEnd end_of_body) {
  end(end_of_body);
  append(out.arguments, std::move(result_.arguments));
  append(out.names, std::move(result_.names));
  append(out.files, std::move(result_.files));
  append(out.part_headers, std::move(result_.part_headers));
  append(out.part_names, std::move(result_.part_names));
  append(out.xml_text, std::move(result_.xml_text));
  append(out.xml_attributes, std::move(result_.xml_attributes));
  out.multipart = result_.multipart;
  out.limits_reached += result_.limits_reached;
  out.urlencoded_error |= result_.urlencoded_error;
  if (out.error.empty()) out.error = result_.error;
}

void CollectingReader::set_error(std::string_view message) {
  if (!failed()) result_.error = arena_.copy(message);
}

void CollectingReader::set_limit_reached(std::string_view message) {
  ++result_.limits_reached;
  set_error(message);
}

bool CollectingReader::take_bytes(std::size_t count) {
  bytes_ += count;
  if (bytes_ <= limits_.max_body_no_files) return true;
  set_limit_reached(
      fmt::format("Request body excluding files is bigger than the maximum expected ({} bytes).",
                  limits_.max_body_no_files));
  return false;
}

}  // namespace internal

std::unique_ptr<BodyReader> make_body_reader(BodyKind kind, std::string_view content_type,
                                             const BodyLimits& limits, core::Arena& arena) {
  switch (kind) {
    case BodyKind::kUrlEncoded:
      return internal::make_urlencoded_reader(limits, arena);
    case BodyKind::kJson:
      return internal::make_json_reader(limits, arena);
    case BodyKind::kMultipart:
      return internal::make_multipart_reader(content_type, limits, arena);
    case BodyKind::kXml:
      return internal::make_xml_reader(limits, arena);
    case BodyKind::kRaw:
      break;
  }
  return std::make_unique<RawReader>();
}

}  // namespace yagura::waf
