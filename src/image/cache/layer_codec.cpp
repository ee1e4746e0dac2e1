#include "image/cache/layer_codec.hpp"

#include <xxhash.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "image/model/codec.hpp"

namespace yagura::image {

namespace {

// Raised whenever the form changes. Read back on a machine of the other byte order it is another
// number.
constexpr std::uint32_t kVersion = 1;
constexpr std::array<char, 8> kMagic = {'y', 'g', 'r', 'l', 'a', 'y', 'e', 'r'};

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint64_t checksum = 0;  // of all that follows it
  std::uint32_t version = kVersion;
  std::uint32_t files = 0;
  std::uint64_t texts = 0;  // bytes
};

struct Record {
  std::uint64_t size = 0;
  std::int64_t modified = 0;
  std::uint64_t content_hash = 0;
  std::uint32_t path = 0;  // in the texts
  std::uint32_t path_size = 0;
  std::uint32_t link = 0;
  std::uint32_t link_size = 0;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t facts = 0;
  std::uint8_t kind = 0;
  std::uint8_t whiteout = 0;
  std::uint8_t has_capabilities = 0;
  std::array<std::uint8_t, 5> unused{};
};
static_assert(std::has_unique_object_representations_v<Record> && sizeof(Record) == 64);
static_assert(std::has_unique_object_representations_v<Header> && sizeof(Header) == 32);

constexpr std::size_t kChecked = offsetof(Header, version);

std::uint64_t checksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data() + kChecked, bytes.size() - kChecked);
}

// The rest of LayerFacts, and the key.
struct Rest {
  std::string key;
  std::string digest;
  std::string diff_id;
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;
  std::vector<std::string> incomplete;
  std::vector<FileFacts> facts;

  template <class V>
  void visit(V& v) {
    v(key, digest, diff_id, compressed_size, size, incomplete, facts);
  }
};

Record record_of(const LayerFile& file, std::string& texts) {
  Record record{.size = file.size,
                .modified = file.modified,
                .content_hash = file.content_hash,
                .path = static_cast<std::uint32_t>(texts.size()),
                .path_size = static_cast<std::uint32_t>(file.path.size()),
                .link_size = static_cast<std::uint32_t>(file.link.size()),
                .mode = file.mode,
                .uid = file.uid,
                .gid = file.gid,
                .facts = file.facts,
                .kind = static_cast<std::uint8_t>(file.kind),
                .whiteout = static_cast<std::uint8_t>(file.whiteout),
                .has_capabilities = file.has_capabilities};
  texts += file.path;
  record.link = static_cast<std::uint32_t>(texts.size());
  texts += file.link;
  return record;
}

// Nothing: points outside, or is no file.
std::optional<LayerFile> file_of(const Record& record, std::string_view texts, std::size_t facts) {
  const auto inside = [&](std::uint32_t at, std::uint32_t size) {
    return at <= texts.size() && size <= texts.size() - at;
  };
  if (!inside(record.path, record.path_size) || !inside(record.link, record.link_size) ||
      record.kind > static_cast<std::uint8_t>(FileKind::kSocket) ||
      record.whiteout > static_cast<std::uint8_t>(LayerFile::Whiteout::kOpaque) ||
      (record.facts >= facts && record.facts != LayerFile::kNoFacts)) {
    return std::nullopt;
  }
  return LayerFile{.path = texts.substr(record.path, record.path_size),
                   .link = texts.substr(record.link, record.link_size),
                   .size = record.size,
                   .modified = record.modified,
                   .content_hash = record.content_hash,
                   .mode = record.mode,
                   .uid = record.uid,
                   .gid = record.gid,
                   .facts = record.facts,
                   .kind = static_cast<FileKind>(record.kind),
                   .whiteout = static_cast<LayerFile::Whiteout>(record.whiteout),
                   .has_capabilities = record.has_capabilities != 0};
}

}  // namespace

std::string encode_layer(const LayerFacts& layer, std::string_view key) {
  std::string texts;
  std::vector<Record> records;
  records.reserve(layer.files.size());
  for (const LayerFile& file : layer.files) {
    records.push_back(record_of(file, texts));
    if (texts.size() > std::numeric_limits<std::uint32_t>::max()) return {};
  }
  // The facts are only read: this makes no copy of them.
  Encoder encoder;
  encoder(std::string(key), layer.digest, layer.diff_id, layer.compressed_size, layer.size,
          layer.incomplete, layer.facts);
  const std::string rest = encoder.take();

  Header header{.files = static_cast<std::uint32_t>(records.size()), .texts = texts.size()};
  std::string out;
  out.reserve(sizeof(Header) + records.size() * sizeof(Record) + texts.size() + rest.size());
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
  out.append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record));
  out += texts;
  out += rest;
  header.checksum = checksum(out);
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

std::optional<LayerFacts> decode_layer(std::string_view bytes, std::shared_ptr<const void> keep,
                                       std::string_view key) {
  Header header;
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic || header.version != kVersion || header.checksum != checksum(bytes)) {
    return std::nullopt;
  }
  bytes.remove_prefix(sizeof header);
  if (header.files > bytes.size() / sizeof(Record)) return std::nullopt;
  const std::string_view records = bytes.substr(0, header.files * sizeof(Record));
  bytes.remove_prefix(records.size());
  if (header.texts > bytes.size()) return std::nullopt;
  const std::string_view texts = bytes.substr(0, header.texts);
  bytes.remove_prefix(texts.size());

  Rest rest;
  Decoder decoder(bytes);
  decoder(rest);
  if (!decoder.done() || rest.key != key) return std::nullopt;

  LayerFacts layer;
  layer.files.reserve(header.files);
  for (std::size_t i = 0; i < header.files; ++i) {
    Record record;
    std::memcpy(&record, records.data() + i * sizeof record, sizeof record);
    const std::optional<LayerFile> file = file_of(record, texts, rest.facts.size());
    if (!file) return std::nullopt;
    layer.files.push_back(*file);
  }
  layer.facts = std::move(rest.facts);
  layer.digest = std::move(rest.digest);
  layer.diff_id = std::move(rest.diff_id);
  layer.compressed_size = rest.compressed_size;
  layer.size = rest.size;
  layer.incomplete = std::move(rest.incomplete);
  layer.bytes = std::move(keep);
  return layer;
}

}  // namespace yagura::image
