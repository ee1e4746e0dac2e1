#pragma once

// How a transformation writes: straight into the buffer's memory, clean spans in one copy.

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace yagura::waf::internal {

// Lets `write(to)` put at most `bound` bytes at `to`; it returns the end of what it wrote.
template <typename Write>
std::string_view write_to(std::string& out, std::size_t bound, Write write) {
  out.clear();  // growing would copy what is there
  out.resize_and_overwrite(
      bound, [&](char* to, std::size_t) { return static_cast<std::size_t>(write(to) - to); });
  return out;
}

// Copies [from, end) to `to`; returns the end of the copy.
inline char* copy_span(const char* from, const char* end, char* to) {
  const auto size = static_cast<std::size_t>(end - from);
  std::memcpy(to, from, size);
  return to + size;
}

// The next `byte` in [from, end), or `end`. The next byte is looked at first: escapes come in runs.
inline const char* find_byte(const char* from, const char* end, char byte) {
  if (from == end || *from == byte) return from;
  const void* found = std::memchr(from, byte, static_cast<std::size_t>(end - from));
  return found == nullptr ? end : static_cast<const char*>(found);
}

// Copies `input` and lets `decode(from, end, to)` read each escape: `from` is at the marker; it
// writes at most as many bytes as it reads, advances `to` and returns where it stopped.
template <typename Decode>
std::string_view decode_marked(std::string_view input, char marker, std::string& out,
                               Decode decode) {
  const char* from = input.data();
  const char* const end = from + input.size();
  const char* mark = find_byte(from, end, marker);
  if (mark == end) return input;
  return write_to(out, input.size(), [&](char* to) {
    while (true) {
      to = copy_span(from, mark, to);
      if (mark == end) return to;
      from = decode(mark, end, to);
      mark = find_byte(from, end, marker);
    }
  });
}

}  // namespace yagura::waf::internal
