#include "vuln/index/index.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "core/file.hpp"
#include "vuln/feeds/ecosystem.hpp"
#include "vuln/index/shard_builder.hpp"

namespace yagura::vuln {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScores = "scores";
// Records that speak of no package: their texts and ratings serve those that name the same CVE.
constexpr std::string_view kUnassigned = "unassigned";

std::string file_name(std::string_view name, std::string_view sha256) {
  std::string out;
  for (const char c : name.substr(0, 40)) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9');
    out += plain ? low : '-';
  }
  return out + "-" + std::string(sha256.substr(0, 16)) + ".ydb";
}

// A shard a family of ecosystems, made as records come.
class Builders {
 public:
  void add(const Record& record) {
    bases_.clear();
    for (const Affected& affected : record.affected) {
      const std::string_view base = ecosystem_base(affected.ecosystem);
      if (std::ranges::find(bases_, base) == bases_.end()) bases_.push_back(base);
    }
    if (bases_.empty()) bases_.push_back(kUnassigned);
    for (const std::string_view base : bases_) {
      const auto found = builders_.find(base);
      ShardBuilder& builder = found != builders_.end()
                                  ? found->second
                                  : builders_.try_emplace(std::string(base)).first->second;
      builder.add(record, base);
    }
  }
  void add(const Score& score) {
    scores_.add(score);
    has_scores_ = true;
  }
  [[nodiscard]] Result<void> finish(Manifest& manifest,
                                    std::vector<std::pair<std::string, std::string>>& files) {
    for (auto& [name, builder] : builders_) {
      // An ecosystem of this name would be taken for ours.
      if (name != kScores) YAGURA_TRY_VOID(finish_one(name, builder, manifest, files));
    }
    if (has_scores_) {
      YAGURA_TRY_VOID(finish_one(std::string(kScores), scores_, manifest, files));
    }
    std::ranges::sort(manifest.shards, {}, &ShardInfo::name);
    return {};
  }

 private:
  static Result<void> finish_one(const std::string& name, ShardBuilder& builder, Manifest& manifest,
                                 std::vector<std::pair<std::string, std::string>>& files) {
    ShardInfo info;
    info.name = name;
    info.records = name == kScores ? builder.score_count() : builder.record_count();
    info.statements = builder.statement_count();
    YAGURA_TRY(std::string bytes, builder.finish());
    info.size = bytes.size();
    info.sha256 = sha256_hex(bytes);
    info.file = file_name(name, info.sha256);
    files.emplace_back(info.file, std::move(bytes));
    manifest.shards.push_back(std::move(info));
    return {};
  }

  std::map<std::string, ShardBuilder, std::less<>> builders_;
  ShardBuilder scores_;
  bool has_scores_ = false;
  std::vector<std::string_view> bases_;
};

void remove_old_files(const fs::path& directory, const Manifest& manifest) {
  std::set<std::string> wanted;
  for (const ShardInfo& shard : manifest.shards) wanted.insert(shard.file);
  std::error_code error;
  std::vector<fs::path> old;
  for (auto entry = fs::directory_iterator(directory, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() == ".ydb" && !wanted.contains(path.filename().string())) {
      old.push_back(path);
    }
  }
  for (const fs::path& path : old) fs::remove(path, error);  // what stays does no harm
}

}  // namespace

Result<Index> Index::open(const fs::path& directory) {
  YAGURA_TRY(const std::string text,
             core::read_file(directory / kManifestFile, {.max_size = kMaxManifest}));
  Index index;
  const auto read = [&]() -> Result<void> {
    YAGURA_TRY(const Envelope envelope, parse_envelope(text));
    YAGURA_TRY(index.manifest_, parse_manifest(envelope.payload));
    for (const ShardInfo& info : index.manifest_.shards) {
      YAGURA_TRY(auto shard, Shard::open(directory / info.file));
      if (shard->bytes().size() != info.size) {
        return fail(ErrorCode::kInvalidInput,
                    info.file + " has another size than the manifest says");
      }
      index.shards_.emplace_back(info.name, std::move(shard));
    }
    return {};
  };
  if (auto done = read(); !done) {
    return std::unexpected(std::move(done).error().with_context("index " + directory.string()));
  }
  std::ranges::sort(index.shards_);
  return index;
}

Index Index::of(std::vector<std::pair<std::string, std::shared_ptr<const Shard>>> shards) {
  Index index;
  index.shards_ = std::move(shards);
  std::ranges::sort(index.shards_);
  return index;
}

const Shard* Index::shard(std::string_view name) const {
  const auto found = std::ranges::lower_bound(
      shards_, name, {}, [](const auto& shard) { return std::string_view(shard.first); });
  return found != shards_.end() && found->first == name ? found->second.get() : nullptr;
}

Statements Index::find(std::string_view ecosystem, std::string_view package) const {
  const std::string canonical = canonical_ecosystem(ecosystem);
  const Shard* found = shard(ecosystem_base(canonical));
  if (found == nullptr) return {};
  return found->find(canonical, canonical_package(canonical, package));
}

bool Index::covers(std::string_view ecosystem) const {
  return shard(ecosystem_base(ecosystem)) != nullptr;
}

std::vector<std::pair<const Shard*, std::uint32_t>> Index::records_of(std::string_view id) const {
  std::vector<std::pair<const Shard*, std::uint32_t>> out;
  for (const auto& [name, shard] : shards_) {
    for (const std::uint32_t record : shard->records_of(id)) out.emplace_back(shard.get(), record);
  }
  return out;
}

std::optional<Score> Index::score(std::string_view cve) const {
  const Shard* found = shard(kScores);
  return found == nullptr ? std::nullopt : found->score(cve);
}

Result<void> Index::verify() const {
  for (const ShardInfo& info : manifest_.shards) {
    const Shard* found = shard(info.name);
    if (found == nullptr || sha256_hex(found->bytes()) != info.sha256) {
      return fail(ErrorCode::kInvalidInput, info.file + ": its SHA-256 is not the manifest's");
    }
    if (auto read = found->verify(); !read) {
      return std::unexpected(std::move(read).error().with_context(info.file));
    }
  }
  return {};
}

Result<void> write_index(const fs::path& directory, const Envelope& envelope,
                         const Manifest& manifest,
                         const std::vector<std::pair<std::string, std::string>>& files) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return fail(ErrorCode::kIo, "making " + directory.string() + ": " + error.message());
  }
  for (const auto& [name, bytes] : files) {
    YAGURA_TRY_VOID(core::write_file(directory / name, bytes));
  }
  YAGURA_TRY_VOID(core::write_file(directory / kManifestFile, to_json(envelope)));
  remove_old_files(directory, manifest);
  return {};
}

Result<Manifest> build_index(const std::vector<fs::path>& feeds, const fs::path& directory,
                             const BuildOptions& options, Diagnostics& diagnostics) {
  Builders builders;
  Manifest manifest;
  manifest.created = options.created;
  const FeedSink sink{.record = [&](Record&& record) { builders.add(record); },
                      .score = [&](Score&& score) { builders.add(score); }};
  for (const fs::path& feed : feeds) {
    YAGURA_TRY(const FeedInfo info, load_feed(feed, options.limits, sink, diagnostics));
    manifest.sources.push_back({.name = info.name,
                                .format = std::string(to_string(info.format)),
                                .data_time = info.data_time,
                                .records = info.records,
                                .scores = info.scores});
  }
  std::vector<std::pair<std::string, std::string>> files;
  YAGURA_TRY_VOID(builders.finish(manifest, files));
  const Envelope envelope{
      .type = std::string(kManifestType), .payload = to_json(manifest), .signatures = {}};
  YAGURA_TRY_VOID(write_index(directory, envelope, manifest, files));
  return manifest;
}

}  // namespace yagura::vuln
