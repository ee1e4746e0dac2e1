// Multipart bodies: pieces make no difference, values are the bytes that stand at their offsets,
// and whatever is given up shows. The first line of the input is the Content-Type.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace {

using yagura::core::Arena;
using yagura::waf::Argument;
using yagura::waf::BodyEnd;
using yagura::waf::BodyKind;
using yagura::waf::BodyLimits;
using yagura::waf::ParsedBody;
using yagura::waf::UploadedFile;

const BodyLimits kLimits{.max_arguments = 20,
                         .max_parts = 30,
                         .max_files = 5,
                         .max_body_no_files = 20'000,
                         .keep_file_content = true};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = data[0] % 128 + std::size_t{1};
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view type = input.substr(0, line);
  const std::string_view text = input.substr(std::min(line + 1, input.size()));

  Arena arena;
  ParsedBody body;
  const auto reader = make_body_reader(BodyKind::kMultipart, type, kLimits, arena);
  reader->feed(text);
  reader->finish(body);
  YAGURA_CHECK(yagura::waf::testing::dump(body) ==
                   yagura::waf::testing::read_body(BodyKind::kMultipart, type, text, kLimits, step),
               "pieces make a difference");

  YAGURA_CHECK(body.error.empty() || body.multipart.strict_error(), "an error that no flag shows");
  YAGURA_CHECK(body.limits_reached == 0 || !body.error.empty(), "a limit that no error shows");
  YAGURA_CHECK(body.arguments.size() <= kLimits.max_arguments, "more arguments than allowed");
  for (const Argument& argument : body.arguments) {
    YAGURA_CHECK(!argument.name.empty(), "an argument without a name");
    YAGURA_CHECK(text.substr(argument.offset, argument.value.size()) == argument.value,
                 "a value is not at its offset");
  }
  for (const UploadedFile& file : body.files) {
    YAGURA_CHECK(!file.field.empty() && !file.file_name.empty(), "a file without a name");
    YAGURA_CHECK(file.content.empty() || file.content.size() == file.size, "a size is wrong");
    YAGURA_CHECK(text.find(file.content) != std::string_view::npos,
                 "content that is not in the body");
  }

  // Cut somewhere, a body that is well has no error of the cut's.
  const std::string_view part = text.substr(0, text.size() * data[0] / 256);
  ParsedBody cut;
  const auto cut_reader = make_body_reader(BodyKind::kMultipart, type, kLimits, arena);
  cut_reader->feed(part);
  cut_reader->finish(cut, BodyEnd::kCut);
  YAGURA_CHECK(yagura::waf::testing::dump(cut) ==
                   yagura::waf::testing::read_body(BodyKind::kMultipart, type, part, kLimits, step,
                                                   BodyEnd::kCut),
               "pieces make a difference where the body is cut");
  YAGURA_CHECK(!body.error.empty() || cut.error.empty() || cut.multipart.data_before,
               "the cut is an error");
  for (const Argument& argument : cut.arguments) {
    YAGURA_CHECK(part.substr(argument.offset, argument.value.size()) == argument.value,
                 "a cut value is not at its offset");
  }
  return 0;
}
