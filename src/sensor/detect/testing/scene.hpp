#pragma once

// A machine with a host and one container, and rules that judge what happens there.

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/judge/rule_files.hpp"
#include "sensor/detect/detector.hpp"
#include "sensor/process/pipeline.hpp"
#include "sensor/process/testing/record_maker.hpp"
#include "sensor/view/user_names.hpp"

namespace yagura::sensor::testing {

// Rules of a text. Aborts where it does not compile.
[[nodiscard]] std::shared_ptr<const rules::LoadedRules> rules_of(std::string_view text);

// All rules of the published files, also those that are disabled there. Null: no corpora.
[[nodiscard]] std::shared_ptr<const rules::LoadedRules> published_rules();

class Names : public AlertSink {
 public:
  void on_alert(const SensorAlert& alert) override {
    rules.emplace_back(alert.rule);
    by_given_name.push_back(alert.by_given_name);
  }
  [[nodiscard]] bool has(std::string_view rule) const;
  void clear() {
    rules.clear();
    by_given_name.clear();
  }

  std::vector<std::string> rules;
  std::vector<bool> by_given_name;
};

class Scene {
 public:
  static constexpr std::uint64_t kHostCgroup = 1;
  static constexpr std::uint64_t kContainerCgroup = 500;
  static constexpr std::uint32_t kShim = 90;   // containerd-shim, on the host
  static constexpr std::uint32_t kInit = 100;  // the container's first process: /bin/app
  static constexpr std::uint32_t kLogin = 80;  // bash of sshd, on the host
  static constexpr std::uint64_t kAllCapabilities = 0x1ffffffffff;
  static constexpr std::uint64_t kDefaultCapabilities = 0xa80425fb;  // the runtime's default

  explicit Scene(std::shared_ptr<const rules::LoadedRules> rules,
                 Matching matching = Matching::kAll,
                 std::size_t remembered_verdicts = std::size_t{1} << 16U);

  // Feeds it; the alerts' rules are in `alerts` afterwards, those of before are gone.
  Scene& feed(RecordMaker record);
  // A new process that runs a program: fork and exec. In the container if its parent is.
  RecordMaker exec(std::uint32_t pid, std::uint32_t parent, std::string_view path,
                   std::initializer_list<std::string_view> argv);
  Scene& start(std::uint32_t pid, std::uint32_t parent, std::string_view path,
               std::initializer_list<std::string_view> argv) {
    return feed(exec(pid, parent, path, argv));
  }
  // A call of a process, at its place.
  RecordMaker call(std::uint32_t pid, std::string_view type, std::int64_t result = 0);
  // openat(AT_FDCWD, path, flags) that found `resolved` (empty: the same path).
  RecordMaker open(std::uint32_t pid, std::string_view path, std::uint64_t flags,
                   std::string_view resolved = {}, std::uint32_t mode = 0100644);

  ScriptedResolver resolver;
  Pipeline pipeline;
  UserNames users;
  Names alerts;
  std::shared_ptr<Container> container;
  Detector detector;
  std::uint32_t uid = 0;  // of the processes that are made next
  std::uint64_t capabilities = kDefaultCapabilities;
  std::uint64_t time_ns = 100'000'000'000;

 private:
  [[nodiscard]] std::uint64_t cgroup_of(std::uint32_t pid) const;
  RecordWriter writer_;
};

}  // namespace yagura::sensor::testing
