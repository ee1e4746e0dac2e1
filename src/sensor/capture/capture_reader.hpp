#pragma once

// Reads our capture files (format.hpp). Whose bytes: anybody's.

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "sensor/capture/block.hpp"
#include "sensor/capture/record_source.hpp"
#include "sensor/capture/recorded_containers.hpp"

namespace yagura::sensor {

struct CaptureReaderCounts {
  std::uint64_t records = 0;
  std::uint64_t bad_records = 0;  // no records: what stands behind them in their block is left out
  std::uint64_t unknown_types = 0;  // of event types that this program has no name for: left out
  std::uint64_t bad_facts = 0;
  std::uint64_t dropped_events = 0;  // that the writer had no room for
  BlockCounts blocks;
};

// Memory: a block or two, and the containers and users that the file names. Linear.
class CaptureReader final : public RecordSource {
 public:
  // Reads up to the first records, so that machine() is known. Errors: not a capture of ours,
  // another version or byte order, those of the source.
  [[nodiscard]] static Result<std::unique_ptr<CaptureReader>> open(ByteSource source);
  [[nodiscard]] static Result<std::unique_ptr<CaptureReader>> open(
      const std::filesystem::path& path);

  [[nodiscard]] Result<bool> next(RecordView& record) override;
  [[nodiscard]] ContainerResolver& containers() override { return containers_; }
  [[nodiscard]] const MachineFacts& machine() const override { return machine_; }
  [[nodiscard]] const std::vector<UserFacts>& users() const override { return users_; }
  [[nodiscard]] const std::vector<GroupFacts>& groups() const override { return groups_; }
  [[nodiscard]] std::vector<std::string> remarks() const override;
  [[nodiscard]] CaptureReaderCounts counts() const;

 private:
  explicit CaptureReader(BlockReader blocks) : blocks_(std::move(blocks)) {}
  [[nodiscard]] Result<bool> next_block();
  void take_facts(std::string_view json);
  [[nodiscard]] bool take_record(RecordView& record);

  BlockReader blocks_;
  std::string_view rest_;        // of the block of records at hand
  std::vector<std::byte> copy_;  // the record at hand, with this program's event type
  // By number in the file: ours; kUnknownType where there is none. Empty: the file did not say.
  std::vector<std::int32_t> types_;
  RecordedContainers containers_;
  MachineFacts machine_;
  std::vector<UserFacts> users_;
  std::vector<GroupFacts> groups_;
  CaptureReaderCounts counts_;
};

// The file's bytes. The source owns the descriptor.
[[nodiscard]] Result<ByteSource> file_source(const std::filesystem::path& path);
// For tests: `bytes` must outlive it.
[[nodiscard]] ByteSource memory_source(std::span<const std::byte> bytes);

}  // namespace yagura::sensor
