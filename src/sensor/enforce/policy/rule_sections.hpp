#pragma once

// The sections of a policy's spec that hold rules. Internal to the policy reader.

#include "sensor/enforce/policy/policy.hpp"
#include "sensor/enforce/policy/section_reader.hpp"

namespace yagura::sensor::enforce {

// Appends a rule for each entry of spec's sections (and checks that spec has no other fields).
void read_rule_sections(SectionReader& spec, Policy& policy);

// spec.network.
void read_network(SectionReader section, Policy& policy);

}  // namespace yagura::sensor::enforce
