#pragma once

// One published rule and what shows that it works: an action that fires it, and a benign twin that
// differs in what makes the action bad.

#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::sensor::e2e {

enum class Place {
  kWorkload,    // a pod like any other
  kPrivileged,  // a privileged pod
  kNetwork,     // the privileged pod, in a network namespace of its own (see network_addresses)
  kHost,        // no container
};

enum class Form {
  kSteps,     // steps that the actor runs one after the other
  kDirect,    // one step, which the runtime executes in the container itself
  kTerminal,  // the action as kDirect, with a terminal; the benign twin without
  kStart,     // the start of a container; action and benign name a StartVariant each
};

// Containers that kStart starts in the privileged pod; the first process opens the mark.
enum class StartVariant { kPlain, kPrivileged, kCapable, kSensitiveMount, kForeignImage, kUser };

// A step is a command line: words by blanks, 'words with blanks' in quotes. A leading `?` allows it
// to fail; `listen ADDRESS PORT` in set-ups of kNetwork gives the steps behind a peer.
using Steps = std::vector<std::string>;

struct Scenario {
  std::string_view rule;
  Place place = Place::kWorkload;
  Steps setup;
  Steps benign;
  Steps action;
  std::string_view process;  // proc.name of the alert
  std::string_view shows;    // a piece of its JSON line; "": any will do
  Form form = Form::kSteps;
  // Where the benign twin plays, if it is the place that makes the action bad.
  Place benign_place = place;
  StartVariant started = StartVariant::kPlain;
  StartVariant benign_started = StartVariant::kPlain;
  // What of the published files the test's override file changes for this rule, and why.
  std::string_view override_reason;
};

// For messages of tests.
inline void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.rule; }

// Every rule of the file, in its order.
[[nodiscard]] std::span<const Scenario> stable_scenarios();
[[nodiscard]] std::span<const Scenario> incubating_scenarios();
[[nodiscard]] std::span<const Scenario> sandbox_scenarios();

[[nodiscard]] std::vector<std::string> split_words(std::string_view step);

// Documentation's addresses (RFC 5737), the metadata service's, one that is private.
[[nodiscard]] std::span<const std::string_view> network_addresses();

}  // namespace yagura::sensor::e2e
