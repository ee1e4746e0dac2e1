#pragma once

// A check of a condition to a node: the field resolved, its type held against the operator,
// constants read. Internal to src/rules/compile.

#include <optional>
#include <utility>

#include "rules/compile/graph.hpp"
#include "rules/compile/lists.hpp"
#include "rules/compile/problems.hpp"
#include "rules/language/ast.hpp"

namespace yagura::rules {

// Where the parts of a check were written: looked for only where there is a problem, since it takes
// time linear in the condition.
class CheckPlaces {
 public:
  CheckPlaces(FilePlace left, FilePlace op, FilePlace right)
      : left_(std::move(left)), op_(std::move(op)), right_(std::move(right)) {}
  // Of a check in the text.
  CheckPlaces(const ConditionText& text, const Check& check) : text_(&text), check_(&check) {}

  [[nodiscard]] FilePlace left() const {
    return text_ == nullptr ? left_ : text_->place(check_->left.offset);
  }
  [[nodiscard]] FilePlace op() const {
    return text_ == nullptr ? op_ : text_->place(check_->op_offset);
  }
  [[nodiscard]] FilePlace right() const;

 private:
  const ConditionText* text_ = nullptr;
  const Check* check_ = nullptr;
  FilePlace left_;
  FilePlace op_;
  FilePlace right_;
};

class ComparisonMaker {
 public:
  ComparisonMaker(Graph& graph, Lists& lists, Source source, Problems& problems)
      : graph_(&graph), lists_(&lists), source_(source), problems_(&problems) {}

  // kFalseNode where there is a problem, which is added.
  NodeId make(const Check& check, const CheckPlaces& places);

 private:
  struct Typed {
    ValueId id = kNoValue;
    FieldType type = FieldType::kString;
    FieldShape shape = FieldShape::kScalar;
    bool is_event_type = false;
  };

  std::optional<Typed> value_of(const Check& check, const Operand& operand,
                                const CheckPlaces& places);
  bool fits(const Typed& left, const Check& check, const CheckPlaces& places);
  std::optional<std::vector<std::string>> constants_of(const Check& check,
                                                       const CheckPlaces& places);
  bool read_constants(const Typed& left, const Check& check, const CheckPlaces& places,
                      const std::vector<std::string>& constants, Comparison& comparison);
  bool read_text(const Check& check, const CheckPlaces& places,
                 const std::vector<std::string>& constants, Comparison& comparison);
  bool read_pattern(const Check& check, const CheckPlaces& places, const std::string& text,
                    Comparison& comparison);
  bool read_numbers(const Typed& left, const CheckPlaces& places,
                    const std::vector<std::string>& constants, Comparison& comparison);
  bool check_event_types(const CheckPlaces& places, const std::vector<std::string>& constants);
  NodeId with_constants(const Typed& left, const Check& check, const CheckPlaces& places,
                        const std::vector<std::string>& constants, Comparison comparison);
  NodeId with_each(const Typed& left, const Check& check, const CheckPlaces& places,
                   const std::vector<std::string>& constants, const Comparison& comparison);
  NodeId with_right_field(const Typed& left, const Check& check, const CheckPlaces& places,
                          Comparison comparison);

  Graph* graph_;
  Lists* lists_;
  Source source_;
  Problems* problems_;
};

}  // namespace yagura::rules
