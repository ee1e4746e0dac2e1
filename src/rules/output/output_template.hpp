#pragma once

// A rule's `output`: text with fields in it, `Shell in a container (user=%user.name)`. As Falco
// reads it:
//   %proc.name          a field, with its argument in brackets (%proc.aname[2], %jevt.value[/a/b])
//                       or, for the fields that allow it, behind a dot (%evt.arg.flags)
//   %toupper(proc.name) a value that transformers make, as in conditions; they may be nested
//   %20proc.name        the field cut or filled with blanks to that many characters
//   *…                  a star in front of all: print also where a field has no value. It always is
//                       printed, and such a field is <NA>; the star is read and dropped.
//   %%                  a percent sign
// A dot, slash or bracket that cannot belong to the field is text. %container.info, which older
// rules have, prints nothing.

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "rules/event_view.hpp"
#include "rules/field.hpp"
#include "rules/program/value_tree.hpp"

namespace yagura::rules {

class OutputTemplate {
 public:
  static constexpr std::size_t kMaxWidth = 1'000;     // characters of %Nfield
  static constexpr std::size_t kMaxText = 64 * 1024;  // bytes of the template

  struct Field {
    // As written, without percent sign and width, of calls without blanks and quotes: the key of
    // output_fields.
    std::string name;
    ValueTree tree;

    // What the event says; made in the arena where a transformer makes it.
    [[nodiscard]] Value value(const EventView& event, core::Arena& arena) const {
      return tree.of(event, arena);
    }
  };

  // An unknown field, a wrong argument, a percent sign at the end, or a limit: the problem names
  // it.
  [[nodiscard]] static std::expected<OutputTemplate, ValueProblem> parse(Source source,
                                                                         std::string_view text);
  // All that is wrong with a text.
  [[nodiscard]] static std::vector<ValueProblem> problems_of(Source source, std::string_view text);

  // Appends the text for the event; see value_text.hpp for what values look like.
  void append(std::string& out, const EventView& event) const;
  // The same in two steps, for whoever needs the values too: those of fields(), in their order.
  // They live as long as the event's and the arena's.
  void read_values(std::vector<Value>& values, const EventView& event, core::Arena& arena) const;
  void append(std::string& out, std::span<const Value> values) const;

  // Each field once, sorted by name; those within transformers too.
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  [[nodiscard]] Source source() const { return source_; }

 private:
  struct Piece {
    std::string_view literal;  // in *text_; empty where it is a field
    std::uint32_t field = 0;   // into fields_
    std::uint16_t width = 0;   // 0: as long as it is
    bool is_field = false;
  };

  OutputTemplate() = default;
  // Goes on behind what is wrong.
  static OutputTemplate read(Source source, std::string_view text,
                             std::vector<ValueProblem>& problems);
  void add_literal(std::string_view text);
  // `at` is behind a percent sign; behind the field then.
  void read_field(std::size_t& at, std::vector<ValueProblem>& problems);
  void add_inner_fields(const Operand& operand);
  void sort_fields();

  Source source_ = Source::kSyscall;
  std::unique_ptr<const std::string> text_;
  std::vector<Piece> pieces_;
  std::vector<Field> fields_;
};

}  // namespace yagura::rules
