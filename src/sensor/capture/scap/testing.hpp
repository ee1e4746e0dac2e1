#pragma once

// Makes .scap files for tests, from the description of the format alone.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/capture/scap/format.hpp"

namespace yagura::sensor::scap::testing {

template <typename T>
std::string raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

inline std::string text16(std::string_view text) {
  return raw(static_cast<std::uint16_t>(text.size())) + std::string(text);
}

// A parameter that is text.
inline std::string text(std::string_view value) { return std::string(value) + '\0'; }
inline std::string i64(std::int64_t value) { return raw(value); }
inline std::string u32(std::uint32_t value) { return raw(value); }

inline std::string block(std::uint32_t type, std::string body) {
  while (body.size() % 4 != 0) body += '\0';
  const auto total = static_cast<std::uint32_t>(body.size() + 12);
  return raw(type) + raw(total) + body + raw(total);
}

inline std::string section_header() {
  return block(kSectionHeader, raw(kByteOrderMagic) + raw(std::uint16_t{1}) +
                                   raw(std::uint16_t{2}) + raw(~std::uint64_t{0}));
}

inline std::string machine(std::string_view hostname) {
  std::string name(hostname);
  name.resize(128);
  return block(kMachine, raw(std::uint32_t{2}) + raw(std::uint64_t{1} << 30) +
                             raw(std::uint64_t{32768}) + name + std::string(32, '\0'));
}

// With its length, which it counts itself.
inline std::string entry(const std::string& body) {
  return raw(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

struct ThreadFacts {
  std::uint64_t tid = 1, pid = 1, parent = 0;
  std::string comm = "init", exe = "/sbin/init", exe_path = "/usr/sbin/init", arguments, cwd = "/";
  std::string environment, cgroups;
  std::uint32_t uid = 0, gid = 0;
};

inline std::string thread_entry(const ThreadFacts& facts) {
  return entry(raw(facts.tid) + raw(facts.pid) + raw(facts.parent) + raw(facts.pid) +
               raw(facts.pid) + text16(facts.comm) + text16(facts.exe) + text16(facts.exe_path) +
               text16(facts.arguments) + text16(facts.cwd) + i64(1024) + u32(0) + u32(facts.uid) +
               u32(facts.gid) + u32(1000) + u32(500) + u32(0) + raw(std::uint64_t{0}) +
               raw(std::uint64_t{0}) + text16(facts.environment) +
               i64(static_cast<std::int64_t>(facts.tid)) +
               i64(static_cast<std::int64_t>(facts.pid)) + text16(facts.cgroups) + text16("/") +
               u32(0xffffffff));
}

inline std::string descriptor_file(std::int64_t fd, std::string_view path) {
  return entry(i64(fd) + raw(std::uint64_t{77}) + raw(std::uint8_t{16}) + u32(1) + text16(path));
}

inline std::string event(std::uint16_t type, std::uint64_t time, std::uint64_t tid,
                         const std::vector<std::string>& parameters) {
  std::string lengths;
  std::string values;
  for (const std::string& parameter : parameters) {
    lengths += raw(static_cast<std::uint16_t>(parameter.size()));
    values += parameter;
  }
  const auto size = static_cast<std::uint32_t>(26 + lengths.size() + values.size());
  return block(0x216, raw(std::uint16_t{0}) + raw(time) + raw(tid) + raw(size) + raw(type) +
                          raw(static_cast<std::uint32_t>(parameters.size())) + lengths + values);
}

// The form of before 2022: no number of parameters.
inline std::string old_event(std::uint16_t type, std::uint64_t time, std::uint64_t tid,
                             const std::vector<std::string>& parameters) {
  std::string lengths;
  std::string values;
  for (const std::string& parameter : parameters) {
    lengths += raw(static_cast<std::uint16_t>(parameter.size()));
    values += parameter;
  }
  const auto size = static_cast<std::uint32_t>(22 + lengths.size() + values.size());
  return block(0x204, raw(std::uint16_t{0}) + raw(time) + raw(tid) + raw(size) + raw(type) +
                          lengths + values);
}

inline std::string tuple4(const std::uint8_t (&from)[4], std::uint16_t from_port,
                          const std::uint8_t (&to)[4], std::uint16_t to_port) {
  return raw(std::uint8_t{2}) + std::string(reinterpret_cast<const char*>(from), 4) +
         raw(from_port) + std::string(reinterpret_cast<const char*>(to), 4) + raw(to_port);
}

inline std::string gzip(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace yagura::sensor::scap::testing
