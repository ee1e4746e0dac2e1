// Writes the sample reports in every format into a directory, for validate.mjs.

#include <cstdio>
#include <filesystem>

#include "core/file.hpp"
#include "report/testing/sample.hpp"

namespace {

using namespace yagura;

struct Sample {
  const char* name;
  report::Report report;
};

struct Kind {
  const char* format;
  const char* extension;
};

constexpr Kind kKinds[] = {{"json", "json"},          {"sarif", "sarif"}, {"junit", "xml"},
                           {"policy-report", "yaml"}, {"ocsf", "jsonl"},  {"html", "html"},
                           {"markdown", "md"}};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  std::filesystem::create_directories(directory);
  const Sample samples[] = {{"shop", report::testing::shop_report()},
                            {"hostile", report::testing::hostile_report()},
                            {"empty", report::testing::empty_report()},
                            {"large", report::testing::large_report(2000)}};
  for (const Sample& sample : samples) {
    for (const Kind& kind : kKinds) {
      const std::string text =
          report::write(sample.report, *report::format_from_string(kind.format),
                        {.show_passed = true, .show_ignored = true});
      const auto written =
          core::write_file(directory / (std::string(sample.name) + "." + kind.extension), text);
      if (!written) {
        std::fprintf(stderr, "%s\n", written.error().message.c_str());
        return 3;
      }
    }
  }
  return 0;
}
