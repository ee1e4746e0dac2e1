#include "image/packages/zip/zip_archive.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <string>

#include "image/packages/object/field_reader.hpp"
#include "image/packages/zip/zip_directory.hpp"

namespace yagura::image {
namespace {

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint64_t kBestRatio = 1032;  // of deflate

std::unexpected<Error> refused(const ZipMember& member, ErrorCode code, std::string_view why) {
  constexpr std::size_t kShown = 200;
  return fail(code, std::string(member.name.substr(0, kShown)) + ": " + std::string(why));
}

// The decompressor of a thread: it has tables of its own, and making them costs more than many a
// member.
struct Decompressor {
  std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> own{
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor};
};

Result<ZipBytes> inflate(const ZipMember& member, std::string_view compressed,
                         InflateBudget& budget) {
  thread_local Decompressor decompressor;
  if (member.size / kBestRatio > member.compressed_size + 1) {
    return refused(member, ErrorCode::kInvalidInput, "claims more than its bytes can hold");
  }
  if (decompressor.own == nullptr || !budget.take(member.size)) {
    return refused(member, ErrorCode::kLimitExceeded, "too large to look into");
  }
  auto out = std::make_unique_for_overwrite<char[]>(member.size);
  ZipBytes bytes(std::move(out), member.size, budget);
  const auto result =
      libdeflate_deflate_decompress(decompressor.own.get(), compressed.data(), compressed.size(),
                                    const_cast<char*>(bytes.view().data()), member.size, nullptr);
  if (result != LIBDEFLATE_SUCCESS) {
    return refused(member, ErrorCode::kInvalidInput, "damaged");
  }
  return bytes;
}

}  // namespace

Result<ZipArchive> ZipArchive::open(std::string_view bytes,
                                    const std::function<bool(std::string_view)>& wanted,
                                    const Limits& limits) {
  const auto directory = find_zip_directory(bytes);
  if (!directory) return fail(ErrorCode::kInvalidInput, "no ZIP archive: it has no directory");
  ZipArchive archive(bytes);
  std::string_view rest = bytes.substr(directory->begin, directory->size);
  while (!rest.empty()) {
    auto member = take_zip_entry(rest);
    if (!member) return fail(ErrorCode::kInvalidInput, "the archive's directory is damaged");
    if (++archive.member_count_ > limits.max_members) {
      return fail(ErrorCode::kLimitExceeded, "the archive has too many members");
    }
    if (!wanted(member->name)) continue;
    if (archive.members_.size() >= limits.max_kept) {
      return fail(ErrorCode::kLimitExceeded, "the archive has too many members to look into");
    }
    member->header += directory->prefix;
    archive.members_.push_back(*member);
  }
  return archive;
}

Result<ZipBytes> ZipArchive::read(const ZipMember& member, InflateBudget& budget) const {
  constexpr std::size_t kHeaderSize = 30;
  FieldReader fields(bytes_, false);
  if (bytes_.substr(std::min<std::uint64_t>(member.header, bytes_.size()), 4) !=
      std::string_view("PK\3\4", 4)) {
    return refused(member, ErrorCode::kInvalidInput, "is not where the directory says");
  }
  if ((member.flags & 1) != 0) return refused(member, ErrorCode::kUnsupported, "encrypted");
  const std::uint64_t begin =
      member.header + kHeaderSize + fields.u16(member.header + 26) + fields.u16(member.header + 28);
  if (!fields.ok() || begin > bytes_.size() || member.compressed_size > bytes_.size() - begin) {
    return refused(member, ErrorCode::kInvalidInput, "ends behind the archive");
  }
  const std::string_view compressed = bytes_.substr(begin, member.compressed_size);
  if (member.method == kDeflated) return inflate(member, compressed, budget);
  if (member.method != kStored) {
    return refused(member, ErrorCode::kUnsupported,
                   "compressed by method " + std::to_string(member.method));
  }
  return ZipBytes(compressed);
}

}  // namespace yagura::image
