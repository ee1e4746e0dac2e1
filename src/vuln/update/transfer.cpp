#include "vuln/update/transfer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <system_error>
#include <utility>

#include "core/file.hpp"
#include "core/json_text.hpp"

namespace yagura::vuln {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTitle = "org.opencontainers.image.title";

// Removed with what is in it.
class ScratchDirectory {
 public:
  [[nodiscard]] static Result<ScratchDirectory> make(const fs::path& beside) {
    std::error_code error;
    fs::create_directories(beside, error);
    std::string pattern = (beside / ".import-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      return fail(ErrorCode::kIo, "making a directory in " + beside.string() + " failed");
    }
    return ScratchDirectory(pattern);
  }
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

struct CloseReader {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
struct CloseWriter {
  void operator()(archive* handle) const { archive_write_free(handle); }
};

std::string reason(archive* handle) {
  const char* text = archive_error_string(handle);
  return text == nullptr ? "damaged" : text;
}

Result<void> copy_entry(archive* handle, const fs::path& to, std::uint64_t& left) {
  YAGURA_TRY(core::FileWriter writer, core::FileWriter::open(to));
  while (true) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(handle, &data, &size, &offset);
    if (status == ARCHIVE_EOF) return writer.commit();
    if (status < ARCHIVE_WARN) return fail(ErrorCode::kInvalidInput, reason(handle));
    if (size > left) return fail(ErrorCode::kLimitExceeded, "more bytes than the limit");
    left -= size;
    YAGURA_TRY_VOID(writer.append({static_cast<const char*>(data), size}));
  }
}

bool is_index_file(std::string_view name) {
  return (name == kManifestFile || name.ends_with(".ydb")) &&
         name.find('/') == std::string_view::npos && !name.starts_with('.');
}

Result<void> unpack(const fs::path& file, const fs::path& to, std::uint64_t limit) {
  const std::unique_ptr<archive, CloseReader> handle(archive_read_new());
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_tar(handle.get());
  if (archive_read_open_filename(handle.get(), file.c_str(), std::size_t{256} << 10) !=
      ARCHIVE_OK) {
    return fail(ErrorCode::kInvalidInput, file.string() + ": " + reason(handle.get()));
  }
  std::uint64_t left = limit;
  while (true) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(handle.get(), &entry);
    if (status == ARCHIVE_EOF) return {};
    if (status < ARCHIVE_WARN) {
      return fail(ErrorCode::kInvalidInput, file.string() + ": " + reason(handle.get()));
    }
    const char* path = archive_entry_pathname(entry);
    std::string_view name = path == nullptr ? std::string_view() : path;
    if (name.starts_with("./")) name.remove_prefix(2);
    if (archive_entry_filetype(entry) != AE_IFREG || !is_index_file(name)) continue;
    if (auto copied = copy_entry(handle.get(), to / name, left); !copied) {
      return std::unexpected(std::move(copied).error().with_context(file.string()));
    }
  }
}

Result<InstallResult> import_directory(const fs::path& from, const fs::path& directory,
                                       const TrustOptions& trust) {
  YAGURA_TRY(const std::string manifest,
             core::read_file(from / kManifestFile, {.max_size = kMaxManifest}));
  return install_index(manifest, directory, trust, [&](const ShardInfo& shard) {
    return core::read_file(from / shard.file, {.max_size = shard.size});
  });
}

Result<InstallResult> import_artifact(const image::ImageSource& source, const fs::path& directory,
                                      const TrustOptions& trust) {
  std::map<std::string, const image::Descriptor*, std::less<>> files;
  for (const image::Descriptor& layer : source.image().manifest.layers) {
    files.emplace(image::annotation(layer.annotations, kTitle), &layer);
  }
  const auto read = [&](std::string_view name, std::uint64_t limit) -> Result<std::string> {
    const auto found = files.find(name);
    if (found == files.end()) {
      return fail(ErrorCode::kInvalidInput, source.name() + ": no layer is called " +
                                                std::string(name) +
                                                ": is this a vulnerability index?");
    }
    return image::read_blob(source, *found->second, limit);
  };
  YAGURA_TRY(const std::string manifest, read(kManifestFile, kMaxManifest));
  return install_index(manifest, directory, trust,
                       [&](const ShardInfo& shard) { return read(shard.file, shard.size); });
}

struct ExportFile {
  std::string name;
  std::string bytes;
};

// The manifest, then the shards by name, one at a time.
Result<void> for_each_file(const fs::path& directory, const Index& index,
                           const std::function<Result<void>(const ExportFile&)>& take) {
  ExportFile file{.name = std::string(kManifestFile), .bytes = {}};
  YAGURA_TRY(file.bytes, core::read_file(directory / kManifestFile, {.max_size = kMaxManifest}));
  YAGURA_TRY_VOID(take(file));
  for (const ShardInfo& shard : index.manifest().shards) {
    file.name = shard.file;
    YAGURA_TRY(file.bytes, core::read_file(directory / shard.file, {.max_size = shard.size}));
    YAGURA_TRY_VOID(take(file));
  }
  return {};
}

Result<void> export_tar(const fs::path& directory, const Index& index, const fs::path& to) {
  const fs::path temporary = to.string() + ".part";
  const auto write = [&]() -> Result<void> {
    const std::unique_ptr<archive, CloseWriter> handle(archive_write_new());
    archive_write_set_format_ustar(handle.get());
    const auto failed = [&] {
      return fail(ErrorCode::kIo, "writing " + to.string() + ": " + reason(handle.get()));
    };
    if (archive_write_open_filename(handle.get(), temporary.c_str()) != ARCHIVE_OK) return failed();
    YAGURA_TRY_VOID(for_each_file(directory, index, [&](const ExportFile& file) -> Result<void> {
      const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                                archive_entry_free);
      archive_entry_set_pathname(entry.get(), file.name.c_str());
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes.size()));
      archive_entry_set_filetype(entry.get(), AE_IFREG);
      archive_entry_set_perm(entry.get(), 0644);
      if (archive_write_header(handle.get(), entry.get()) != ARCHIVE_OK ||
          archive_write_data(handle.get(), file.bytes.data(), file.bytes.size()) !=
              static_cast<la_ssize_t>(file.bytes.size())) {
        return failed();
      }
      return {};
    }));
    return archive_write_close(handle.get()) == ARCHIVE_OK ? Result<void>{} : failed();
  };
  auto written = write();
  std::error_code error;
  if (written) {
    fs::rename(temporary, to, error);
    if (error) written = fail(ErrorCode::kIo, "writing " + to.string() + ": " + error.message());
  }
  if (!written) fs::remove(temporary, error);
  return written;
}

class OciLayout {
 public:
  explicit OciLayout(fs::path root) : root_(std::move(root)) {}

  Result<void> add_layer(const ExportFile& file) {
    YAGURA_TRY(const std::string digest, write_blob(file.bytes));
    layers_.push_back({file.name, digest, file.bytes.size()});
    return {};
  }
  Result<void> finish() {
    YAGURA_TRY(const std::string config, write_blob("{}"));
    std::string manifest;
    core::JsonWriter writer(manifest, 0);
    writer.begin_object()
        .member("schemaVersion", 2)
        .member("mediaType", image::kOciManifest)
        .member("artifactType", kArtifactType);
    writer.key("config");
    descriptor(writer, "application/vnd.oci.empty.v1+json", config, 2).end_object();
    writer.key("layers").begin_array();
    for (const Layer& layer : layers_) {
      descriptor(writer, layer.name == kManifestFile ? kManifestLayer : kShardLayer, layer.digest,
                 layer.size);
      writer.key("annotations").begin_object().member(kTitle, layer.name).end_object();
      writer.end_object();
    }
    writer.end_array().end_object();
    YAGURA_TRY(const std::string digest, write_blob(manifest));
    std::string index;
    core::JsonWriter top(index, 0);
    top.begin_object().member("schemaVersion", 2).member("mediaType", image::kOciIndex);
    top.key("manifests").begin_array();
    descriptor(top, image::kOciManifest, digest, manifest.size());
    top.member("artifactType", kArtifactType);
    top.key("annotations").begin_object();
    top.member("org.opencontainers.image.ref.name", "latest").end_object();
    top.end_object().end_array().end_object();
    YAGURA_TRY_VOID(core::write_file(root_ / "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"));
    return core::write_file(root_ / "index.json", index);
  }

 private:
  struct Layer {
    std::string name;
    std::string digest;
    std::size_t size;
  };
  static core::JsonWriter& descriptor(core::JsonWriter& writer, std::string_view type,
                                      const std::string& digest, std::size_t size) {
    return writer.begin_object()
        .member("mediaType", type)
        .member("digest", "sha256:" + digest)
        .member("size", size);
  }
  Result<std::string> write_blob(std::string_view bytes) {
    std::error_code error;
    const fs::path folder = root_ / "blobs" / "sha256";
    fs::create_directories(folder, error);
    std::string digest = sha256_hex(bytes);
    YAGURA_TRY_VOID(core::write_file(folder / digest, bytes));
    return digest;
  }

  fs::path root_;
  std::vector<Layer> layers_;
};

Result<void> make_empty(const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  if (error) return fail(ErrorCode::kIo, "making " + to.string() + ": " + error.message());
  if (!fs::is_empty(to, error)) {
    return fail(ErrorCode::kInvalidInput, to.string() + " is not empty");
  }
  return {};
}

}  // namespace

Result<InstallResult> import_index(const std::string& from, const fs::path& directory,
                                   const TrustOptions& trust, image::SourceOptions source) {
  std::error_code error;
  const fs::path path(from);
  if (fs::is_regular_file(path / kManifestFile, error)) {
    return import_directory(path, directory, trust);
  }
  if (fs::is_regular_file(path, error)) {
    YAGURA_TRY(const ScratchDirectory scratch, ScratchDirectory::make(directory));
    YAGURA_TRY_VOID(unpack(path, scratch.path(), trust.max_total_bytes));
    if (fs::exists(scratch.path() / kManifestFile, error)) {
      return import_directory(scratch.path(), directory, trust);
    }
  }
  source.allow_artifacts = true;
  YAGURA_TRY(const auto opened, image::open_source(from, source));
  return import_artifact(*opened, directory, trust);
}

Result<void> export_index(const fs::path& directory, const fs::path& to, ExportForm form) {
  YAGURA_TRY(const Index index, Index::open(directory));
  YAGURA_TRY_VOID(index.verify());
  if (form == ExportForm::kTar) return export_tar(directory, index, to);
  YAGURA_TRY_VOID(make_empty(to));
  if (form == ExportForm::kOciLayout) {
    OciLayout layout(to);
    YAGURA_TRY_VOID(for_each_file(directory, index,
                                  [&](const ExportFile& file) { return layout.add_layer(file); }));
    return layout.finish();
  }
  // The manifest last: a copy that was cut short is none.
  std::string manifest;
  YAGURA_TRY_VOID(for_each_file(directory, index, [&](const ExportFile& file) -> Result<void> {
    if (file.name != kManifestFile) return core::write_file(to / file.name, file.bytes);
    manifest = file.bytes;
    return {};
  }));
  return core::write_file(to / kManifestFile, manifest);
}

}  // namespace yagura::vuln
