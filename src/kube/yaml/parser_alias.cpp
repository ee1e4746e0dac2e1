// Anchors, tags, aliases and merge keys. An alias shares the anchored node's children, so that it
// costs no memory; what the document would hold if it were written out is counted, and bounded, all
// the same.

#include <algorithm>

#include "kube/member_index.hpp"
#include "kube/node_json.hpp"
#include "kube/yaml/parser.hpp"

namespace yagura::kube::yaml {

// One anchor and one tag in any order, on one line. at_ and token_end_ are left behind the last.
bool Parser::read_properties(Properties& properties, std::uint32_t depth) {
  while (*at_ == '&' || *at_ == '!') {
    const char* begin = at_;
    const bool anchor = *at_ == '&';
    if (anchor ? !properties.anchor.empty() : properties.has_tag) {
      return fail(begin, "a value can have one anchor and one tag");
    }
    if (!(anchor ? read_anchor_name(properties.anchor) : read_tag(properties))) return false;
    token_end_ = at_;
    skip_blanks();
  }
  at_ = token_end_;
  if (properties.anchor.empty()) return true;
  properties.anchor_id = ++next_anchor_id_;
  properties.nodes_before = nodes_;
  properties.deepest_before = deepest_;
  properties.depth = depth;
  deepest_ = depth;
  anchors_[properties.anchor] = {.id = properties.anchor_id};
  return true;
}

// Behind '&' or '*': letters, digits, '_' and '-', as libyaml has it, which ends a name at one of
// ?:%@` too. Other characters, which YAML 1.2 allows, go up to the next blank or flow indicator.
bool Parser::read_anchor_name(std::string_view& name) {
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  };
  const char* begin = ++at_;
  while (is_word(*at_)) ++at_;
  if (at_ == begin || std::string_view("?:%@`").find(*at_) == std::string_view::npos) {
    while (!is(*at_, kBlank | kBreak | kEnd | kFlowIndicator)) ++at_;
  }
  name = {begin, static_cast<std::size_t>(at_ - begin)};
  if (!name.empty()) return true;
  return fail(begin - 1, std::string("a name must follow ") + begin[-1],
              "put the value in quotes if it is text");
}

bool Parser::read_tag(Properties& properties) {
  const char* begin = at_;
  const bool verbatim = at_[1] == '<';
  while (!is(*at_, kBlank | kBreak | kEnd | (verbatim ? 0U : unsigned{kFlowIndicator}))) ++at_;
  const std::string_view written(begin, static_cast<std::size_t>(at_ - begin));
  const std::optional<Tag> tag = tags_.resolve(written);
  if (!tag)
    return fail(begin, "the tag " + shown(written) +
                           " is malformed, or its handle was not declared by %TAG");
  properties.tag = *tag;
  properties.has_tag = true;
  return true;
}

void Parser::close_anchor(const Properties* properties, const Node& node) {
  if (properties == nullptr || properties->anchor.empty()) return;
  const std::uint32_t height = deepest_ - properties->depth;
  deepest_ = std::max(deepest_, properties->deepest_before);
  Anchor& anchor = anchors_[properties->anchor];
  if (anchor.id != properties->anchor_id)
    return;  // given again within its own node: the later one stays
  anchor.node = node;
  anchor.nodes = nodes_ - properties->nodes_before + 1;
  anchor.height = height;
  anchor.open = false;
}

bool Parser::read_alias(Node& out, std::uint32_t depth) {
  const char* begin = at_;
  std::string_view name;
  if (!read_anchor_name(name)) return false;
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    return fail(begin, "no anchor " + shown(name) + " stands before this alias",
                "put the value in quotes if it is text");
  }
  const Anchor& anchor = found->second;
  if (anchor.open) return fail(begin, "the anchor " + shown(name) + " would contain itself");
  nodes_ += anchor.nodes - 1;
  alias_nodes_ += anchor.nodes;
  if (alias_nodes_ > context_.limits.max_alias_nodes) {
    return fail_limit(begin, "more values through aliases", context_.limits.max_alias_nodes);
  }
  if (nodes_ > context_.limits.max_nodes)
    return fail_limit(begin, "more values", context_.limits.max_nodes);
  if (depth + anchor.height > context_.limits.max_depth) {
    return fail_limit(begin, "more nested collections (through this alias)",
                      context_.limits.max_depth);
  }
  deepest_ = std::max(deepest_, depth + anchor.height);
  out = NodeBuilder::aliased(anchor.node);
  token_end_ = at_;
  return true;
}

bool Parser::add_member(MapFrame& frame, const Key& key, const Node& value) {
  if (!count_node(text_ + key.begin)) return false;
  if (key.merge) [[unlikely]] {
    frame.merges.push_back({.key = key, .value = value});
  } else {
    scratch_members_.push_back(
        {.key = key.text, .key_begin = key.begin, .key_end = key.end, .value = value});
  }
  return true;
}

bool Parser::close_map(Node& out, MapFrame& frame, CollectionStyle style, Extent at) {
  if (!frame.merges.empty() && !merge_into(frame)) return false;
  const std::span<Member> members(scratch_members_.data() + frame.first,
                                  scratch_members_.size() - frame.first);
  out = NodeBuilder::map(context_.source.arena(), members, style, at, on_duplicate_);
  scratch_members_.resize(frame.first);
  return true;
}

// The value of `<<`: a map, or a list of maps.
bool Parser::collect_merge_sources(const Merge& merge, std::vector<const Node*>& sources) {
  if (merge.value.is_map()) {
    sources.push_back(&merge.value);
    return true;
  }
  bool all_maps = merge.value.is_list();
  if (all_maps) {
    for (const Node& item : merge.value.items()) {
      all_maps = all_maps && item.is_map();
      sources.push_back(&item);
    }
  }
  return all_maps || fail(text_ + merge.key.begin, "<< takes a map or a list of maps",
                          "put << in quotes if it is a key like others");
}

// Adds the members that the map does not have itself. Of several sources in one list the first
// counts, of several `<<` the last, as in Kubernetes' loader.
bool Parser::merge_into(MapFrame& frame) {
  struct Source {
    const Merge* merge;
    const Node* map;
  };
  std::vector<Source> sources;
  std::size_t total = scratch_members_.size() - frame.first;
  for (std::size_t i = frame.merges.size(); i-- > 0;) {
    std::vector<const Node*> maps;
    if (!collect_merge_sources(frame.merges[i], maps)) return false;
    for (const Node* map : maps) {
      sources.push_back({.merge = &frame.merges[i], .map = map});
      total += map->members().size();
    }
  }
  const auto own_count = static_cast<std::uint32_t>(scratch_members_.size() - frame.first);
  std::vector<std::uint32_t> slots(member_index::slot_count(std::max<std::size_t>(total, 1)));
  scratch_members_.reserve(frame.first + total + 1);
  const auto enter_last = [&](std::uint32_t number) {
    return member_index::insert({scratch_members_.data() + frame.first, number + 1}, slots, number);
  };
  for (std::uint32_t i = 0; i < own_count; ++i) enter_last(i);
  auto count = own_count;
  for (const Source& source : sources) {
    for (const Member& member : source.map->members()) {
      scratch_members_.push_back(member);
      scratch_members_.back().value = NodeBuilder::aliased(member.value);
      const std::uint32_t number = enter_last(count);
      if (number == count) {
        ++count;
        continue;
      }
      scratch_members_.pop_back();
      if (number < own_count)
        warn_of_late_merge(*source.merge, scratch_members_[frame.first + number], member);
    }
  }
  return true;
}

// YAML lets a map's own keys win over merged ones wherever they stand. Kubernetes' loader goes from
// top to bottom: there, a
// `<<` behind a key overrides it.
void Parser::warn_of_late_merge(const Merge& merge, const Member& own, const Member& merged) const {
  if (own.key_begin > merge.key.begin || equal(own.value, merged.value)) return;
  context_.warning(merge.key.begin,
                   "<< stands behind the key " + shown(own.key) +
                       ", so Kubernetes' loader takes the merged value where YAML (and this "
                       "reading) keeps the map's own",
                   "put << in front of the other keys");
}

}  // namespace yagura::kube::yaml
