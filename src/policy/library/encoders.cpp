// base64.encode and base64.decode (cel-go ext/encoders.go). Standard alphabet; decoding takes
// padded and unpadded text.

#include <array>

#include "policy/library/internal/arguments.hpp"
#include "policy/library/library.hpp"

namespace yagura::policy {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> kDigits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return digits;
}();

Value encode(EvalContext& context, Arguments args) {
  if (!args[0].is_bytes()) return no_overload();
  const std::string_view bytes = args[0].as_bytes();
  const std::size_t size = (bytes.size() + 2) / 3 * 4;
  if (!context.charge(traversal_cost(bytes.size()))) return EvalContext::cost_exceeded();
  if (size > UINT32_MAX || !context.can_allocate(size)) return EvalContext::memory_exceeded();
  char* out = static_cast<char*>(context.arena().allocate(size, 1));
  char* to = out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      *to++ = k <= count ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return Value::string({out, size}, true);
}

Value decode(EvalContext& context, Arguments args) {
  if (!args[0].is_string()) return no_overload();
  const auto invalid = [&context] {
    return context.error(ErrorKind::kInvalidArgument, "illegal base64 data");
  };
  std::string_view text = args[0].as_string();
  if (!context.charge(traversal_cost(text.size()))) return EvalContext::cost_exceeded();
  if (text.ends_with('=')) {
    if (text.size() % 4 != 0) return invalid();
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return invalid();
  if (!context.can_allocate(text.size())) return EvalContext::memory_exceeded();
  char* out = static_cast<char*>(context.arena().allocate(text.size() + 1, 1));
  std::size_t size = 0;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::int8_t digit = kDigits[static_cast<unsigned char>(c)];
    if (digit < 0) return invalid();
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out[size++] = static_cast<char>(bits >> count & 0xff);
    }
  }
  return Value::bytes({out, size});
}

constexpr OverloadSignature kEncode[] = {{"base64_encode_bytes", "base64.encode(bytes) -> string"}};
constexpr OverloadSignature kDecode[] = {
    {"base64_decode_string", "base64.decode(string) -> bytes"}};

constexpr Function kFunctions[] = {
    {.name = "base64.encode",
     .overloads = kEncode,
     .implementation = encode,
     .min_args = 1,
     .max_args = 1},
    {.name = "base64.decode",
     .overloads = kDecode,
     .implementation = decode,
     .min_args = 1,
     .max_args = 1},
};

}  // namespace

std::span<const Function> encoder_functions() { return kFunctions; }

}  // namespace yagura::policy
