#include "image/config/controls.hpp"

#include <map>
#include <string>
#include <vector>

#include "core/check.hpp"
#include "image/config/config_check.hpp"

namespace yagura::image {
namespace {

using enum model::Severity;

struct Row {
  const char* id;
  const char* title;
  model::Severity severity;
  const char* rationale;
  const char* fix;
  std::vector<std::string> tags;
  std::vector<std::string> aliases;
};

// Aliases: Trivy's DS-…, hadolint's DL…, Dockle's CIS-DI-… and DKL-DI-… that say the same.
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"image/root-user",
       "The image runs as root",
       kMedium,
       "A process that breaks out of its container is then root on the node, unless something else "
       "stops it.",
       "Add a `USER` with a number above 0 as the last user, as in `USER 65532`.",
       {"cis-docker-1.6:4.1"},
       {"DS-0002", "DL3002", "CIS-DI-0001"}},
      {"image/named-user",
       "The user is a name",
       kLow,
       "Kubernetes' `runAsNonRoot` can't tell whether a name is root, and refuses to start the "
       "pod.",
       "Use the number: `USER 65532`.",
       {"cis-docker-1.6:4.1"},
       {}},
      {"image/no-healthcheck",
       "There is no HEALTHCHECK",
       kInfo,
       "Docker and Swarm don't notice a container that hangs. Kubernetes uses its own probes.",
       "Add `HEALTHCHECK CMD …`, or probes in the pod.",
       {"cis-docker-1.6:4.6"},
       {"DS-0026", "CIS-DI-0006"}},
      {"image/update-alone",
       "Package lists are updated in a step of their own",
       kLow,
       "The step is cached: later installs use lists of another day, without their fixes.",
       "Update and install in one `RUN`: `apt-get update && apt-get install …`.",
       {"cis-docker-1.6:4.7"},
       {"DS-0017", "DL3009", "CIS-DI-0007"}},
      {"image/add-instead-of-copy",
       "ADD copies files",
       kLow,
       "`ADD` unpacks archives and fetches addresses; who reads the Dockerfile can't tell which.",
       "Use `COPY`.",
       {"cis-docker-1.6:4.9"},
       {"DS-0005", "DL3020", "CIS-DI-0009"}},
      {"image/add-remote",
       "ADD fetches a file without a checksum",
       kMedium,
       "Whoever controls that address, or the way to it, controls the image.",
       "Add `--checksum=sha256:…`, or fetch and verify in a `RUN`.",
       {"cis-docker-1.6:4.11"},
       {"DL3020"}},
      {"image/secret",
       "A secret stands in the configuration",
       kHigh,
       "Configuration and history are readable by whoever can pull the image.",
       "Give it at run time, or to one step alone: `RUN --mount=type=secret`. Revoke this one.",
       {"cis-docker-1.6:4.10"},
       {"DS-0031", "CIS-DI-0010"}},
      {"image/secret-name",
       "A variable with the name of a secret has a value",
       kMedium,
       "Values of `ENV` and `ARG` stay in the image's configuration and history.",
       "Give it at run time, or to one step alone: `RUN --mount=type=secret`.",
       {"cis-docker-1.6:4.10"},
       {"DS-0031", "CIS-DI-0010"}},
      {"image/unverified-package",
       "Packages are installed without verification",
       kHigh,
       "A mirror, or whoever stands in the way to it, can put anything into the image.",
       "Leave the option out and install the signing key.",
       {"cis-docker-1.6:4.11"},
       {}},
      {"image/unverified-download",
       "TLS certificates are not verified",
       kHigh,
       "Whoever stands in the way can put anything into the image.",
       "Leave the option out; install the authority's certificate where it is a private one.",
       {"cis-docker-1.6:4.11"},
       {"DKL-DI-0001"}},
      {"image/pipe-to-shell",
       "A download is run as it comes",
       kHigh,
       "What the server sends that day is run as the build's user, without a checksum or a copy to "
       "look at.",
       "Download to a file, verify its checksum or signature, then run it.",
       {"cis-docker-1.6:4.11"},
       {}},
      {"image/tls-disabled-variable",
       "A variable turns the verification of certificates off",
       kHigh,
       "Every connection of the program can be read and changed by whoever stands in the way.",
       "Remove the variable; install the authority's certificate.",
       {},
       {}},
      {"image/latest",
       "The base image has no fixed version",
       kMedium,
       "Two builds of the same Dockerfile give different images.",
       "Name a version, better with its digest: `FROM debian:12.5@sha256:…`.",
       {"cis-docker-1.6:4.2"},
       {"DS-0001", "DL3006", "DL3007", "DKL-DI-0006"}},
      {"image/unpinned-base",
       "The base image is not pinned by digest",
       kInfo,
       "A tag can be moved to another image.",
       "Add the digest, and let a bot keep it up to date: `FROM debian:12.5@sha256:…`.",
       {"cis-docker-1.6:4.2"},
       {}},
      {"image/ssh-port",
       "The port of SSH is exposed",
       kMedium,
       "A login in a container goes around everything that the cluster records and allows.",
       "Use `kubectl exec`, and remove the server.",
       {},
       {"DS-0004"}},
      {"image/admin-port",
       "A port for administration is exposed",
       kMedium,
       "Telnet, Docker's API, remote desktops and the like give away the machine that they stand "
       "on.",
       "Remove the service or the `EXPOSE`.",
       {},
       {}},
      {"image/world-writable-step",
       "A step gives everybody write access",
       kMedium,
       "Any process of the container can replace what others run.",
       "Give files to the user that needs them: `COPY --chown=`, `chmod 0755`.",
       {},
       {}},
      {"image/setuid-step",
       "A step sets setuid or setgid",
       kMedium,
       "A program that runs as its owner is a way to become root.",
       "Use a file capability, or leave it out.",
       {"cis-docker-1.6:4.8"},
       {"CIS-DI-0008"}},
      {"image/sudo",
       "sudo is used or installed",
       kLow,
       "Steps run as root already; in the image it is a way back to root.",
       "Leave `sudo` out.",
       {},
       {"DS-0010", "DL3004", "DKL-DI-0001"}},
      {"image/apt-recommends",
       "Recommended packages are installed as well",
       kLow,
       "They are many, unused, and each has vulnerabilities of its own.",
       "Add `--no-install-recommends`.",
       {"cis-docker-1.6:4.3"},
       {"DS-0029", "DL3015"}},
      {"image/package-cache",
       "The package manager's cache stays in the layer",
       kLow,
       "It makes the image larger, for nothing.",
       "Remove it in the same `RUN`: `rm -rf /var/lib/apt/lists/*`, `apk add --no-cache`, `dnf "
       "clean "
       "all`, `pip install --no-cache-dir`.",
       {"cis-docker-1.6:4.3"},
       {"DS-0019", "DL3009", "DL3019", "DL3042", "DKL-DI-0005"}},
      {"image/dist-upgrade",
       "The distribution is upgraded as a whole",
       kInfo,
       "A build then depends on its day; the base image should bring its own fixes.",
       "Rebuild on a newer base.",
       {},
       {"DS-0024", "DL3005", "DKL-DI-0003"}},
      {"image/relative-workdir",
       "WORKDIR is a relative path",
       kLow,
       "Where it leads depends on the base image.",
       "Use an absolute path.",
       {},
       {"DS-0009", "DL3000"}},
      {"image/maintainer",
       "MAINTAINER is deprecated",
       kInfo,
       "Tools no longer read it.",
       "Use the label `org.opencontainers.image.authors`.",
       {},
       {"DS-0022", "DL4000"}},
      {"image/repeated-instruction",
       "Only the last of these has an effect",
       kLow,
       "`CMD`, `ENTRYPOINT` and `HEALTHCHECK` count once a stage.",
       "Remove the others.",
       {},
       {"DS-0007", "DS-0016", "DS-0023", "DL4003", "DL4004"}},
      {"image/shell-entrypoint",
       "The entry point runs in a shell",
       kLow,
       "The shell is process 1 and doesn't pass signals on: stopping takes until the time runs "
       "out.",
       "Use the JSON form: `ENTRYPOINT [\"/app\"]`.",
       {},
       {"DL3025"}},
      {"image/old",
       "The image is more than half a year old",
       kLow,
       "It was built from packages without the fixes since.",
       "Build it again.",
       {"cis-docker-1.6:4.4"},
       {}},
      {"image/sensitive-volume",
       "A volume lies over a part of the system",
       kMedium,
       "What the image has there is hidden, or the host's files are expected.",
       "Use a directory of the application.",
       {},
       {"DKL-DI-0002"}},
      {"image/writable-path",
       "PATH has a directory that anybody may write to",
       kMedium,
       "Whoever can write there chooses what is run by name.",
       "Remove \".\", empty parts and directories such as /tmp from PATH.",
       {},
       {}},
      {"image/preload",
       "LD_PRELOAD or LD_LIBRARY_PATH is set for every process",
       kLow,
       "Every program of the container loads that code, also those of other users.",
       "Set it for the one program that needs it.",
       {},
       {}},
      {"image/onbuild",
       "ONBUILD leaves steps for images built on this one",
       kInfo,
       "They run in other people's builds without being seen in their Dockerfiles.",
       "Write them down where they are used.",
       {},
       {}},
      {"image/copy-everything",
       "The whole build context is copied",
       kInfo,
       "It may hold credentials, .git and what else lies beside the Dockerfile.",
       "Name what is needed, and keep a .dockerignore.",
       {"cis-docker-1.6:4.10"},
       {}},
      {"image/no-source-label",
       "Nothing says where the image was built from",
       kInfo,
       "Whoever finds a problem in it doesn't know where to mend it.",
       "Set `org.opencontainers.image.source` and `…revision`.",
       {},
       {}},
  };
  return all;
}

const std::map<std::string_view, std::shared_ptr<const model::Control>>& controls() {
  static const auto made = [] {
    std::map<std::string_view, std::shared_ptr<const model::Control>> out;
    for (const Row& row : rows()) {
      model::Control control;
      control.id = row.id;
      control.title = row.title;
      control.severity = row.severity;
      control.category = "image";
      control.rationale = row.rationale;
      control.fix_text = row.fix;
      control.tags = row.tags;
      control.aliases = row.aliases;
      out.emplace(row.id, std::make_shared<const model::Control>(std::move(control)));
    }
    return out;
  }();
  return made;
}

}  // namespace

std::shared_ptr<const model::Control> config_control(std::string_view id) {
  const auto at = controls().find(id);
  YAGURA_CHECK(at != controls().end(), "controls are in the table");
  return at->second;
}

std::vector<std::shared_ptr<const model::Control>> config_controls() {
  std::vector<std::shared_ptr<const model::Control>> out;
  for (const auto& [id, control] : controls()) out.push_back(control);
  return out;
}

}  // namespace yagura::image
