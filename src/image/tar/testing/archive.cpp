#include "image/tar/testing/archive.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace yagura::image::testing {

namespace {

constexpr std::size_t kBlock = 512;

void put(std::string& block, std::size_t at, std::size_t size, std::string_view text) {
  std::copy_n(text.begin(), std::min(size, text.size()), block.begin() + static_cast<long>(at));
}

void put_octal(std::string& block, std::size_t at, std::size_t size, std::uint64_t value) {
  std::string digits;
  for (std::size_t i = 0; i + 1 < size; ++i, value >>= 3) {
    digits.insert(digits.begin(), static_cast<char>('0' + (value & 7)));
  }
  put(block, at, size, digits);
}

void pad(std::string& text) { text.resize((text.size() + kBlock - 1) / kBlock * kBlock, '\0'); }

}  // namespace

void mend_checksum(std::string& archive, std::size_t at) {
  put(archive, at + 148, 8, "        ");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) sum += static_cast<unsigned char>(archive[at + i]);
  put_octal(archive, at + 148, 7, sum);
  archive[at + 154] = '\0';
}

std::string pax_record(std::string_view key, std::string_view value) {
  std::size_t size = key.size() + value.size() + 3;
  std::size_t digits = 1;
  while (std::to_string(size + digits).size() != digits) ++digits;
  std::string record = std::to_string(size + digits);
  record.append(" ").append(key).append("=").append(value).append("\n");
  return record;
}

std::string tar_member(const TarMember& member) {
  std::string out;
  if (!member.pax.empty()) {
    TarMember extended{.name = "pax", .type = 'x'};
    for (const auto& [key, value] : member.pax) extended.content += pax_record(key, value);
    out = tar_member(extended);
  }
  const std::size_t at = out.size();
  out.append(kBlock, '\0');
  std::string header(kBlock, '\0');
  put(header, 0, 100, member.name);
  put_octal(header, 100, 8, member.mode);
  put_octal(header, 108, 8, member.uid);
  put_octal(header, 116, 8, member.gid);
  put_octal(header, 124, 12,
            member.size >= 0 ? static_cast<std::uint64_t>(member.size) : member.content.size());
  put_octal(header, 136, 12, static_cast<std::uint64_t>(member.modified));
  header[156] = member.type;
  put(header, 157, 100, member.link);
  put(header, 257, 8, member.magic);
  put(header, 345, 155, member.prefix);
  out.replace(at, kBlock, header);
  mend_checksum(out, at);
  out += member.content;
  pad(out);
  return out;
}

std::string tar_archive(const std::vector<TarMember>& members) {
  std::string out;
  for (const TarMember& member : members) out += tar_member(member);
  out.append(2 * kBlock, '\0');
  return out;
}

Result<Chunk> PieceSource::next() {
  const std::size_t size = std::min(bytes_.size(), steps_[step_]);
  step_ = (step_ + 1) % steps_.size();
  const auto copy = std::make_shared<std::string>(bytes_.substr(0, size));
  bytes_.remove_prefix(size);
  return Chunk{*copy, copy};
}

}  // namespace yagura::image::testing
