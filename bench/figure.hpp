#pragma once

// One line of JSON a figure, the format that scripts/bench documents.

#include <cstdio>
#include <string>

namespace yagura::bench {

struct Peer {
  std::string name;  // empty: there is none that can be installed
  double value = 0;
};

// `ratio` is ours / peer.
inline void print_figure(const std::string& name, const std::string& unit, double ours,
                         const Peer& peer = {}) {
  if (peer.name.empty()) {
    std::printf(R"({"name":"%s","unit":"%s","ours":%.6g,"peer":null,"ratio":null})"
                "\n",
                name.c_str(), unit.c_str(), ours);
  } else {
    std::printf(
        R"({"name":"%s","unit":"%s","ours":%.6g,"peer":{"name":"%s","value":%.6g},"ratio":%.4g})"
        "\n",
        name.c_str(), unit.c_str(), ours, peer.name.c_str(), peer.value, ours / peer.value);
  }
  std::fflush(stdout);
}

}  // namespace yagura::bench
