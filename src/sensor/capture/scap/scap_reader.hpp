#pragma once

// Falco's .scap captures as a source of records. Whose bytes: anybody's.

#include <filesystem>
#include <memory>
#include <vector>

#include "sensor/capture/record_source.hpp"
#include "sensor/capture/recorded_containers.hpp"
#include "sensor/capture/scap/block_reader.hpp"
#include "sensor/capture/scap/converter.hpp"

namespace yagura::sensor {

struct ScapReaderCounts {
  std::uint64_t events = 0;
  std::uint64_t bad_blocks = 0;  // damaged lists or events: left out, or read up to the damage
  bool is_cut = false;
  scap::ConverterCounts converted;
};

// Times in the records are those of the file, nanoseconds since 1970: machine().boot_offset_ns is
// 0. Memory: the largest block, and what the file's processes and their descriptors need, within
// the limits of scap/state.hpp. Linear but for forks, which copy a table of at most 4,096
// descriptors when one of both changes it.
class ScapReader final : public RecordSource {
 public:
  // Errors: no .scap file, another byte order, a later version, those of the source.
  [[nodiscard]] static Result<std::unique_ptr<ScapReader>> open(ByteSource source);
  [[nodiscard]] static Result<std::unique_ptr<ScapReader>> open(const std::filesystem::path& path);

  [[nodiscard]] Result<bool> next(RecordView& record) override;
  [[nodiscard]] ContainerResolver& containers() override { return containers_; }
  [[nodiscard]] const MachineFacts& machine() const override { return machine_; }
  [[nodiscard]] const std::vector<UserFacts>& users() const override { return users_; }
  [[nodiscard]] const std::vector<GroupFacts>& groups() const override { return groups_; }
  [[nodiscard]] std::vector<std::string> remarks() const override;
  [[nodiscard]] ScapReaderCounts counts() const;

 private:
  explicit ScapReader(scap::BlockReader blocks)
      : blocks_(std::move(blocks)), converter_(containers_) {}
  [[nodiscard]] Result<bool> next_block();
  void take_block(std::uint32_t type, std::string_view bytes);
  void take_lists(std::uint32_t type, std::string_view bytes);
  void finish_lists();

  scap::BlockReader blocks_;
  RecordedContainers containers_;
  scap::Converter converter_;
  scap::Event event_;
  std::vector<std::byte> record_;
  MachineFacts machine_;
  std::vector<UserFacts> users_;
  std::vector<GroupFacts> groups_;
  bool has_lists_ = false;  // they are at an end
  ScapReaderCounts counts_;
};

}  // namespace yagura::sensor
