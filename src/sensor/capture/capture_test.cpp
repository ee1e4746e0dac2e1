#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include "sensor/capture/capture_reader.hpp"
#include "sensor/capture/capture_writer.hpp"
#include "sensor/capture/testing.hpp"

namespace yagura::sensor {
namespace {

using namespace testing;

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

struct Told {
  ygr_header header;
  std::string path;
  std::string argv;
};

std::vector<Told> drain(RecordSource& source) {
  std::vector<Told> all;
  RecordView record;
  while (true) {
    const auto more = source.next(record);
    EXPECT_TRUE(more.has_value());
    if (!more.value_or(false)) return all;
    all.push_back({record.header(), std::string(record.text(YGR_S_PATH0)),
                   std::string(record.text(YGR_S_ARGV))});
  }
}

std::vector<Told> events_of(std::vector<Told> all) {
  std::erase_if(all, [](const Told& told) { return told.header.kind == YGR_TASK; });
  return all;
}

std::unique_ptr<CaptureWriter> open_writer(CaptureWriterOptions options) {
  auto writer = CaptureWriter::open(std::move(options));
  EXPECT_TRUE(writer.has_value()) << (writer ? "" : writer.error().message);
  return writer ? std::move(*writer) : nullptr;
}

void open_file_event(EventConsumer& consumer, const Process& process, std::string_view path,
                     std::uint64_t time, std::uint64_t lost = 0) {
  RecordWriter writer;
  begin_record(writer, YGR_CALL, "openat", process, time, 3);
  writer.add(YGR_S_PATH0, path);
  deliver(consumer, writer, process, lost);
}

class Capture : public ::testing::Test {
 protected:
  TestFolder folder;
  std::filesystem::path path = folder.path() / "capture";
  std::shared_ptr<Process> init = make_process(1, "/sbin/init", std::string("init\0", 5));
  std::shared_ptr<Process> shell = make_process(7, "/bin/sh", std::string("sh\0-c\0", 6), init);
};

TEST_F(Capture, ComesBackAsItWasWritten) {
  shell->cgroup_id = 42;
  shell->container = make_container(42, "abcdef012345");
  CaptureWriterOptions options{.output = {.path = path}};
  options.machine = {.boot_offset_ns = kBootOffset,
                     .hostname = "node",
                     .kernel = "6.1",
                     .architecture = "x86_64",
                     .program = "yagura"};
  options.users = {
      {.id = 1000, .group = 100, .name = "ann", .home = "/home/ann", .shell = "/bin/sh"}};
  options.groups = {{.id = 100, .name = "users"}};
  {
    const auto writer = open_writer(std::move(options));
    open_file_event(*writer, *shell, "/etc/shadow", 50'000);
    open_file_event(*writer, *shell, "\xff\x01 not UTF-8", 60'000, 5);
  }
  auto opened = CaptureReader::open(path);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  CaptureReader& reader = **opened;
  EXPECT_EQ(reader.machine().hostname, "node");
  EXPECT_EQ(reader.machine().boot_offset_ns, kBootOffset);
  const auto all = drain(reader);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].header.kind, YGR_TASK);
  EXPECT_EQ(all[0].header.pid, 1U);
  EXPECT_EQ(all[1].header.pid, 7U);
  EXPECT_EQ(all[1].argv, std::string("sh\0-c\0", 6));
  EXPECT_EQ(rules::event_type_name(all[2].header.type), "openat");
  EXPECT_EQ(all[2].path, "/etc/shadow");
  EXPECT_EQ(all[3].path, "\xff\x01 not UTF-8");
  EXPECT_EQ(all[3].header.sequence - all[2].header.sequence, 6U);
  const auto container = reader.containers().find(42);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(container->id, shell->container->id);
  EXPECT_EQ(container->runtime, Runtime::kContainerd);
  EXPECT_EQ(container->metadata, Metadata::kComplete);
  EXPECT_EQ(container->capabilities, shell->container->capabilities);
  ASSERT_EQ(container->mounts.size(), 1U);
  EXPECT_TRUE(container->mounts[0].is_writable);
  EXPECT_EQ(container->created_ns, 1'700'000'000'000'000'000);
  ASSERT_NE(container->pod, nullptr);
  EXPECT_EQ(container->pod->name_space, "shop");
  EXPECT_EQ(container->pod->labels, shell->container->pod->labels);
  ASSERT_EQ(reader.users().size(), 1U);
  EXPECT_EQ(reader.users()[0].name, "ann");
  EXPECT_EQ(reader.groups()[0].name, "users");
  EXPECT_TRUE(reader.remarks().empty());
}

TEST_F(Capture, IsCutAtEveryByteAndStillReadUpToThere) {
  {
    const auto writer = open_writer({.output = {.path = path}, .block_size = 200});
    for (int i = 0; i < 20; ++i) open_file_event(*writer, *shell, "/a", 1000 + i);
  }
  const std::string whole = read_all(path);
  std::size_t most = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    auto opened = CaptureReader::open(memory_source(bytes_of(part)));
    if (!opened) {
      EXPECT_LT(size, kCaptureHeaderSize);
      continue;
    }
    const std::size_t read = events_of(drain(**opened)).size();
    EXPECT_GE(read, most);
    most = std::max(most, read);
  }
  EXPECT_GT(most, 15U);
  auto opened = CaptureReader::open(memory_source(bytes_of(whole).first(whole.size() - 1)));
  drain(**opened);
  ASSERT_EQ((*opened)->remarks().size(), 1U);
  EXPECT_NE((*opened)->remarks()[0].find("cut off"), std::string::npos);
}

TEST_F(Capture, LosesOneBlockToDamage) {
  {
    const auto writer = open_writer({.output = {.path = path}, .block_size = 200});
    for (int i = 0; i < 20; ++i) open_file_event(*writer, *shell, "/a", 1000 + i);
  }
  std::string bytes = read_all(path);
  bytes[bytes.size() - 3] ^= 1;
  auto opened = CaptureReader::open(memory_source(bytes_of(bytes)));
  ASSERT_TRUE(opened.has_value());
  const std::size_t read = events_of(drain(**opened)).size();
  EXPECT_GT(read, 10U);
  EXPECT_LT(read, 20U);
  EXPECT_EQ((*opened)->counts().blocks.damaged, 1U);
}

TEST_F(Capture, RefusesWhatIsNoCaptureAndOtherVersions) {
  EXPECT_EQ(CaptureReader::open(memory_source({})).error().code, ErrorCode::kInvalidInput);
  std::string header;
  append_capture_header(header);
  header[8] = 9;
  EXPECT_EQ(CaptureReader::open(memory_source(bytes_of(header))).error().code,
            ErrorCode::kUnsupported);
  header[8] = 1;
  std::reverse(header.begin() + 12, header.end());
  EXPECT_NE(CaptureReader::open(memory_source(bytes_of(header))).error().message.find("byte order"),
            std::string::npos);
}

// A block that says it is larger than blocks are, and one whose content says so.
TEST_F(Capture, BoundsSizes) {
  std::string file;
  append_capture_header(file);
  CaptureBlock block{.type = 2, .stored_size = kMaxBlockSize + 1, .size = 10};
  file.append(reinterpret_cast<const char*>(&block), sizeof(block));
  auto opened = CaptureReader::open(memory_source(bytes_of(file)));
  ASSERT_TRUE(opened.has_value());
  EXPECT_TRUE((*opened)->counts().blocks.is_cut);

  file.resize(kCaptureHeaderSize);
  std::string records(YGR_MAX_RECORD + 8, '\0');
  const std::uint32_t size = YGR_MAX_RECORD + 8;
  std::memcpy(records.data(), &size, sizeof(size));
  append_block(file, BlockType::kRecords, records);
  opened = CaptureReader::open(memory_source(bytes_of(file)));
  EXPECT_TRUE(drain(**opened).empty());
  EXPECT_EQ((*opened)->counts().bad_records, 1U);
}

TEST_F(Capture, EventTypesAreMappedByName) {
  std::string file;
  append_capture_header(file);
  append_block(file, BlockType::kFacts,
               R"({"event_types":["pluginevent","openat","a call of tomorrow"]})");
  RecordWriter writer;
  std::string records;
  for (const std::uint16_t type : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{3}}) {
    ygr_header header{};
    header.kind = YGR_CALL;
    header.type = type;
    writer.begin(header);
    const auto bytes = writer.finish();
    records.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  append_block(file, BlockType::kRecords, records);
  auto opened = CaptureReader::open(memory_source(bytes_of(file)));
  const auto all = drain(**opened);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].header.type, rules::find_event_type("openat"));
  EXPECT_EQ((*opened)->counts().unknown_types, 2U);
}

TEST_F(Capture, RotatesAndEachFileStandsAlone) {
  CaptureWriterOptions options{
      .output = {.path = path, .max_files = 2}, .max_file_bytes = 1000, .block_size = 500};
  {
    const auto writer = open_writer(std::move(options));
    for (int i = 0; i < 400; ++i) {
      open_file_event(*writer, *shell, "/file/" + std::to_string(i * 7919), 1000 + i);
      writer->flush();
    }
    EXPECT_GT(writer->counts().output.files, 3U);
    EXPECT_GT(writer->counts().output.deleted_files, 0U);
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++files;
    auto opened = CaptureReader::open(entry.path());
    ASSERT_TRUE(opened.has_value());
    const auto all = drain(**opened);
    ASSERT_GE(all.size(), 3U);
    EXPECT_EQ(all[0].header.pid, 1U);
    EXPECT_EQ(all[0].header.sequence, 1U);
    EXPECT_TRUE((*opened)->remarks().empty());
  }
  EXPECT_EQ(files, 2U);
}

// RLIMIT_FSIZE refuses further bytes as a full disk does, after a part of them.
TEST_F(Capture, SurvivesAFullDisk) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  std::uint64_t dropped = 0;
  {
    const auto writer = open_writer({.output = {.path = path}, .block_size = 400});
    open_file_event(*writer, *shell, "/before", 1000);
    writer->flush();
    rlimit small = before;
    small.rlim_cur = std::filesystem::file_size(path) + 50;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 50; ++i) open_file_event(*writer, *shell, "/during", 2000 + i);
    writer->flush();
    setrlimit(RLIMIT_FSIZE, &before);
    dropped = writer->counts().output.dropped_events;
    EXPECT_EQ(dropped, 50U);
    EXPECT_EQ(writer->counts().output.last_error, EFBIG);
    open_file_event(*writer, *shell, "/after", 3000);
  }
  auto opened = CaptureReader::open(path);
  ASSERT_TRUE(opened.has_value());
  const auto events = events_of(drain(**opened));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].path, "/before");
  EXPECT_EQ(events[1].path, "/after");
  // The gap says what is missing; so does the count.
  EXPECT_GT(events[1].header.sequence - events[0].header.sequence, dropped);
  EXPECT_EQ((*opened)->counts().dropped_events, dropped);
}

TEST_F(Capture, QueueIsBounded) {
  const auto writer =
      open_writer({.output = {.path = path, .max_queued_bytes = 100}, .block_size = 1000});
  for (int i = 0; i < 100; ++i) open_file_event(*writer, *shell, "/a", 1000 + i);
  writer->flush();
  EXPECT_EQ(writer->counts().output.dropped_events, 100U);
  EXPECT_EQ(writer->counts().output.blocks, 0U);
}

TEST_F(Capture, WritesOnlyWhatIsWanted) {
  CaptureWriterOptions options{.output = {.path = path}};
  options.wanted = [](const SensorEvent& event) {
    return event.record->text(YGR_S_PATH0) == "/wanted";
  };
  {
    const auto writer = open_writer(std::move(options));
    open_file_event(*writer, *shell, "/other", 1000);
    open_file_event(*writer, *shell, "/wanted", 1001);
    EXPECT_EQ(writer->counts().skipped, 1U);
  }
  auto opened = CaptureReader::open(path);
  EXPECT_EQ(events_of(drain(**opened)).size(), 1U);
}

TEST_F(Capture, FactsAreReadTolerantly) {
  Facts facts;
  EXPECT_FALSE(read_facts("", facts));
  EXPECT_FALSE(read_facts("[1]", facts));
  EXPECT_FALSE(read_facts(std::string(100'000, '['), facts));
  EXPECT_TRUE(read_facts(
      R"({"machine":{"boot_offset_ns":"x"},"containers":[{"of":18446744073709551615,"container":{"id":7}},
          {"of":-1,"container":{"id":"a","runtime":99}}],"dropped":-3})",
      facts));
  ASSERT_EQ(facts.containers.size(), 2U);
  EXPECT_EQ(facts.containers[0].cgroup_id, ~std::uint64_t{0});
  EXPECT_EQ(facts.containers[0].container, nullptr);
  ASSERT_NE(facts.containers[1].container, nullptr);
  EXPECT_EQ(facts.containers[1].container->runtime, Runtime::kUnknown);
  EXPECT_EQ(facts.dropped, 0U);
}

}  // namespace
}  // namespace yagura::sensor
