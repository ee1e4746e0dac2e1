#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "image/config/config_check.hpp"
#include "image/secrets/scanner.hpp"

namespace yagura::image {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

const SecretScanner& scanner() {
  static const SecretScanner made;
  return made;
}

std::vector<BuildStep> steps_of(std::string_view text) {
  Diagnostics diagnostics;
  auto steps = read_dockerfile("Dockerfile", text, diagnostics);
  EXPECT_TRUE(diagnostics.list().empty()) << to_string(diagnostics.list().front());
  return steps;
}

std::vector<std::string> ids(const std::vector<model::Finding>& findings) {
  std::vector<std::string> out;
  for (const model::Finding& finding : findings) out.push_back(finding.control->id);
  return out;
}

std::vector<std::string> judge(std::string_view dockerfile) {
  const auto steps = steps_of(dockerfile);
  return ids(check_config({.steps = &steps, .is_dockerfile = true}, &scanner()));
}

// What a clean Dockerfile says all the same.
std::vector<std::string> judge_run(const std::string& line) {
  auto found = judge("FROM a:1@sha256:0\nUSER 1\nHEALTHCHECK CMD x\n" + line);
  return found;
}

TEST(Dockerfile, JoinsLinesAndKeepsTheirNumbers) {
  const auto steps = steps_of(
      "# syntax=docker/dockerfile:1\nFROM debian:12 AS build\n\nRUN apt-get update \\\n"
      "  # why\n\n  && true\nCMD [\"a\", \"b \\\"c\\\"\"]\n");
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[1].line, 4U);
  EXPECT_THAT(steps[1].arguments, HasSubstr("&& true"));
  EXPECT_TRUE(steps[2].exec_form);
  EXPECT_THAT(steps[2].words, ElementsAre("a", "b \"c\""));
}

TEST(Dockerfile, ReadsHereDocumentsFlagsAndTheEscapeDirective) {
  const auto steps = steps_of(
      "# escape=`\nFROM a:1\nRUN --mount=type=cache,target=/x <<EOF\nchmod 777 /a\nEOF\n"
      "COPY --from=build `\n  /a /b\n");
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_THAT(steps[1].flags, ElementsAre("--mount=type=cache,target=/x"));
  EXPECT_THAT(steps[1].here_documents, ElementsAre("chmod 777 /a\n"));
  EXPECT_EQ(steps[2].line, 6U);
  EXPECT_THAT(steps[2].arguments, HasSubstr("/a /b"));
}

TEST(Dockerfile, SaysWhereAnUnknownInstructionIsAndReadsOn) {
  Diagnostics diagnostics;
  const auto steps = read_dockerfile("D", "FROM a\nRUNN x\nUSER 1\n", diagnostics);
  EXPECT_EQ(steps.size(), 2U);
  ASSERT_EQ(diagnostics.list().size(), 1U);
  EXPECT_EQ(diagnostics.list()[0].line, 2U);
}

TEST(History, ReadsWhatBuildersWrite) {
  const auto steps = read_history({
      {.created_by = "/bin/sh -c #(nop) ADD file:0123 in / "},
      {.created_by = "/bin/sh -c #(nop)  CMD [\"bash\"]", .empty_layer = true},
      {.created_by = "RUN /bin/sh -c apt-get update # buildkit"},
      {.created_by = "|1 VERSION=2 /bin/sh -c make install"},
      {.created_by = "COPY . /app # buildkit"},
      {.created_by = "bazel build"},
  });
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps[0].instruction, "ADD");
  EXPECT_THAT(steps[1].words, ElementsAre("bash"));
  EXPECT_EQ(steps[2].arguments, "apt-get update");
  EXPECT_EQ(steps[3].instruction, "RUN");
  EXPECT_EQ(steps[3].arguments, "make install");
  EXPECT_EQ(steps[4].arguments, ". /app");
  EXPECT_EQ(steps[5].instruction, "RUN");
}

TEST(Assignments, ReadBothForms) {
  using P = std::pair<std::string, std::string>;
  EXPECT_THAT(assignments("A=1 B=\"x y\" C='z'"),
              ElementsAre(P{"A", "1"}, P{"B", "x y"}, P{"C", "z"}));
  EXPECT_THAT(assignments("A some words=1"), ElementsAre(P{"A", "some words=1"}));
  EXPECT_THAT(assignments("A"), ElementsAre(P{"A", ""}));
}

TEST(ConfigCheck, ACleanDockerfileIsClean) {
  EXPECT_THAT(judge("FROM gcr.io/distroless/static@sha256:0 AS base\nFROM base\nCOPY a /a\n"
                    "USER 65532:65532\nHEALTHCHECK CMD [\"/a\"]\nENTRYPOINT [\"/a\"]\n"),
              IsEmpty());
}

TEST(ConfigCheck, EachProblemIsSeenAndItsTwinIsNot) {
  struct Case {
    const char* id;
    const char* bad;
    const char* good;
  };
  const Case cases[] = {
      {"image/latest", "FROM debian", "FROM debian:12@sha256:0"},
      {"image/latest", "FROM debian:latest", "FROM scratch"},
      {"image/latest", "FROM localhost:5000/a", "FROM localhost:5000/a:1"},
      {"image/unpinned-base", "FROM debian:12", "FROM debian@sha256:0"},
      {"image/update-alone", "RUN apt-get update", "RUN apt-get update && apt-get install -y a"},
      {"image/add-instead-of-copy", "ADD a /a", "ADD a.tar.gz /a"},
      {"image/add-remote", "ADD https://e/x /x", "ADD --checksum=sha256:0 https://e/x /x"},
      {"image/pipe-to-shell", "RUN curl -fsSL https://e | sudo bash -s", "RUN curl -o x https://e"},
      {"image/pipe-to-shell", "RUN wget -qO- https://e | tar x | sh", "RUN wget https://e || sh x"},
      {"image/unverified-download", "RUN curl -k https://e", "RUN curl https://e"},
      {"image/unverified-package", "RUN apk add --allow-untrusted a", "RUN apk add --no-cache a"},
      {"image/world-writable-step", "RUN chmod -R 777 /a", "RUN chmod 1777 /a"},
      {"image/world-writable-step", "RUN <<E\nchmod a+w /a\nE", "RUN chmod 755 /a"},
      {"image/setuid-step", "RUN chmod u+s /a", "RUN chmod 0755 /a"},
      {"image/sudo", "RUN sudo make", "RUN make sudo-free"},
      {"image/apt-recommends", "RUN apt-get install -y a",
       "RUN apt-get install -y --no-install-recommends a"},
      {"image/package-cache", "RUN apk add a", "RUN apk add --no-cache a"},
      {"image/package-cache", "RUN pip install a",
       "RUN --mount=type=cache,target=/r pip install a"},
      {"image/dist-upgrade", "RUN apt-get dist-upgrade -y", "RUN apt-get upgrade -y"},
      {"image/relative-workdir", "WORKDIR app", "WORKDIR /app"},
      {"image/maintainer", "MAINTAINER me", "LABEL a=b"},
      {"image/repeated-instruction", "CMD a\nCMD b", "CMD a"},
      {"image/shell-entrypoint", "ENTRYPOINT /a --x", "ENTRYPOINT [\"/a\"]"},
      {"image/ssh-port", "EXPOSE 22", "EXPOSE 8022"},
      {"image/admin-port", "EXPOSE 80 2375/tcp", "EXPOSE 80"},
      {"image/sensitive-volume", "VOLUME [\"/etc\"]", "VOLUME /data"},
      {"image/writable-path", "ENV PATH=/tmp/bin:/usr/bin", "ENV PATH=/usr/bin"},
      {"image/preload", "ENV LD_PRELOAD=/a.so", "ENV LANG=C"},
      {"image/tls-disabled-variable", "ENV NODE_TLS_REJECT_UNAUTHORIZED=0", "ENV NODE_ENV=x"},
      {"image/secret-name", "ENV DB_PASSWORD=hunter22", "ENV DB_PASSWORD_FILE=/run/secrets/db"},
      {"image/secret-name", "ARG API_TOKEN=abcd1", "ARG API_TOKEN"},
      {"image/secret", "ENV DSN=postgres://app:Sw0rdf1sh9@db/x", "ENV DSN=postgres://db/x"},
      {"image/onbuild", "ONBUILD RUN x", "RUN x"},
      {"image/copy-everything", "COPY . /app", "COPY --from=0 . /app"},
      {"image/named-user", "USER app", "USER 1000"},
      {"image/root-user", "USER root", "USER 1000:0"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(judge_run(c.bad), Contains(c.id)) << c.bad;
    EXPECT_THAT(judge_run(c.good), Not(Contains(c.id))) << c.good;
  }
}

TEST(ConfigCheck, OfAnImageLooksAtWhatIsStarted) {
  RunConfig run;
  run.env = {"PATH=/usr/bin", "AWS_SECRET_TOKEN=q8Zx71LmPq"};
  run.exposed_ports = {"22/tcp"};
  const auto steps = read_history({{.created_by = "ADD file:1 in /"}, {.created_by = "USER app"}});
  const auto found =
      ids(check_config({.steps = &steps,
                        .run = &run,
                        .created = "2026-01-01T00:00:00Z",
                        .now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}},
                       &scanner()));
  EXPECT_THAT(found, Contains("image/root-user"));
  EXPECT_THAT(found, Contains("image/ssh-port"));
  EXPECT_LE(std::ranges::count(found, "image/secret-name"), 1);
  EXPECT_THAT(found, Contains("image/old"));
  EXPECT_THAT(found, Not(Contains("image/add-instead-of-copy")));
}

TEST(ConfigCheck, NoMessageHoldsTheSecret) {
  const auto steps =
      steps_of("FROM a:1\nENV DSN=postgres://app:Sw0rdf1sh9@db/x\nENV T_TOKEN=Zx9\n");
  for (const model::Finding& f :
       check_config({.steps = &steps, .is_dockerfile = true}, &scanner())) {
    EXPECT_THAT(f.message, Not(HasSubstr("Sw0rdf1sh9")));
  }
}

// Were the line searched for each of its commands, this would take minutes.
TEST(ConfigCheck, ReadsMegabytesOfCommandsInLinearTime) {
  std::string line = "RUN ";
  while (line.size() < std::size_t{2} << 20) line += "apt install;";
  const auto found = judge_run(line + " true --no-install-recommends\n");
  EXPECT_THAT(found, Contains("image/package-cache"));
  EXPECT_THAT(found, Not(Contains("image/apt-recommends")));
}

TEST(ConfigCheck, AQuotedStepShowsNoCredentialOfAnAddress) {
  const auto steps = steps_of("FROM a:1\nRUN curl -k https://u:Sw0rdf1sh9@host/x | sh\n");
  const auto found = check_config({.steps = &steps, .is_dockerfile = true}, nullptr);
  EXPECT_THAT(ids(found), Contains("image/unverified-download"));
  for (const model::Finding& f : found) EXPECT_THAT(f.message, Not(HasSubstr("Sw0rdf1sh9")));
}

TEST(ConfigControls, AreFoundByEveryFinding) {
  EXPECT_GE(config_controls().size(), 30U);
  for (const auto& control : config_controls()) {
    EXPECT_FALSE(control->rationale.empty()) << control->id;
    EXPECT_FALSE(control->fix_text.empty()) << control->id;
  }
}

}  // namespace
}  // namespace yagura::image
