#define PCRE2_CODE_UNIT_WIDTH 8
#include "waf/match/pattern.hpp"

#include <pcre2.h>
#include <re2/re2.h>

#include <array>
#include <mutex>
#include <utility>

#include "waf/match/internal/linear_syntax.hpp"
#include "waf/match/internal/regex_tree.hpp"

namespace yagura::waf {

namespace {

// What a thread keeps for PCRE2: a stack for its JIT code, a context with the limit, room for the
// groups of any pattern that a rule may ask for (ten).
class MatchMemory {
 public:
  MatchMemory()
      : stack_(pcre2_jit_stack_create(32 * 1024, 512 * 1024, nullptr)),
        context_(pcre2_match_context_create(nullptr)),
        data_(pcre2_match_data_create(kGroups, nullptr)) {
    pcre2_jit_stack_assign(context_, nullptr, stack_);
  }
  MatchMemory(const MatchMemory&) = delete;
  MatchMemory& operator=(const MatchMemory&) = delete;
  ~MatchMemory() {
    pcre2_match_data_free(data_);
    pcre2_match_context_free(context_);
    pcre2_jit_stack_free(stack_);
  }

  pcre2_match_context* context(std::uint32_t limit) {
    if (limit != limit_) {
      pcre2_set_match_limit(context_, limit);
      pcre2_set_depth_limit(context_, limit);
      limit_ = limit;
    }
    return context_;
  }
  [[nodiscard]] pcre2_match_data* data() const { return data_; }

  static MatchMemory& of_this_thread() {
    thread_local MatchMemory memory;
    return memory;
  }

 private:
  static constexpr std::uint32_t kGroups = 10;
  pcre2_jit_stack* stack_;
  pcre2_match_context* context_;
  pcre2_match_data* data_;
  std::uint32_t limit_ = 0;
};

}  // namespace

struct Pattern::State {
  std::string text;
  bool caseless = false;
  pcre2_code* code = nullptr;
  bool jit = false;
  std::size_t longest_for_jit = 0;  // bytes
  std::once_flag linear_once;
  std::unique_ptr<RE2> linear;  // null where RE2 does not know the syntax

  ~State() { pcre2_code_free(code); }

  const RE2* linear_engine() {
    std::call_once(linear_once, [this] {
      const auto translated = regex::linear_syntax(text, caseless);
      if (!translated) return;
      RE2::Options options;
      options.set_encoding(RE2::Options::EncodingLatin1);
      options.set_dot_nl(true);
      options.set_case_sensitive(!caseless);
      options.set_log_errors(false);
      options.set_max_mem(8 << 20);
      auto engine = std::make_unique<RE2>(*translated, options);
      if (engine->ok()) linear = std::move(engine);
    });
    return linear.get();
  }

  OperatorResult match_linear(const RE2& engine, std::string_view value, std::size_t offset,
                              Captures* captures) const;
  // The number of groups, or an error of PCRE2.
  int match_backtracking(std::string_view value, std::size_t offset, bool use_jit,
                         MatchMemory& memory, std::uint32_t match_limit) const;
};

Pattern::Pattern(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::compile(std::string_view text, bool caseless) {
  auto state = std::make_unique<State>();
  state->text = text;
  state->caseless = caseless;
  int code = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t options =
      PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | (caseless ? PCRE2_CASELESS : 0);
  state->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), options,
                              &code, &offset, nullptr);
  if (state->code == nullptr) {
    std::array<PCRE2_UCHAR, 256> reason{};
    pcre2_get_error_message(code, reason.data(), reason.size());
    return fail(ErrorCode::kInvalidInput, "the pattern is wrong at offset " +
                                              std::to_string(offset) + ": " +
                                              reinterpret_cast<const char*>(reason.data()));
  }
  state->jit = pcre2_jit_compile(state->code, PCRE2_JIT_COMPLETE) == 0;
  state->longest_for_jit = regex::longest_backtracking_value(regex::parse(text, caseless));
  return Pattern(std::move(state));
}

OperatorResult Pattern::State::match_linear(const RE2& engine, std::string_view value,
                                            std::size_t offset, Captures* captures) const {
  std::array<re2::StringPiece, 10> groups;
  const int wanted =
      captures == nullptr ? 0 : std::min<int>(10, engine.NumberOfCapturingGroups() + 1);
  const re2::StringPiece subject(value.data(), value.size());
  if (!engine.Match(subject, offset, value.size(), RE2::UNANCHORED, groups.data(), wanted)) {
    return OperatorResult::kNoMatch;
  }
  for (int i = 0; i < wanted; ++i) captures->add({groups[i].data(), groups[i].size()});
  return OperatorResult::kMatch;
}

int Pattern::State::match_backtracking(std::string_view value, std::size_t offset, bool use_jit,
                                       MatchMemory& memory, std::uint32_t match_limit) const {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(value.data() == nullptr ? "" : value.data());
  pcre2_match_context* context =
      memory.context(match_limit == 0 ? kDefaultMatchLimit : match_limit);
  return use_jit ? pcre2_jit_match(code, subject, value.size(), offset, 0, memory.data(), context)
                 : pcre2_match(code, subject, value.size(), offset, PCRE2_NO_JIT, memory.data(),
                               context);
}

// Short values go to JIT code, which is fastest and counts too few of its steps; long ones to RE2,
// or, where RE2 does not know the pattern, to PCRE2's interpreter, which counts every step.
OperatorResult Pattern::match_from(std::string_view value, std::size_t offset, Captures* captures,
                                   std::uint32_t match_limit) const {
  State& state = *state_;
  MatchMemory& memory = MatchMemory::of_this_thread();
  const bool use_jit = state.jit && value.size() - offset <= state.longest_for_jit;
  if (!use_jit) {
    const RE2* engine = state.linear_engine();
    if (engine != nullptr) return state.match_linear(*engine, value, offset, captures);
  }
  const int groups = state.match_backtracking(value, offset, use_jit, memory, match_limit);
  if (groups == PCRE2_ERROR_NOMATCH) return OperatorResult::kNoMatch;
  if (groups < 0) {
    const RE2* engine = use_jit ? state.linear_engine() : nullptr;
    return engine == nullptr ? OperatorResult::kNotEvaluated
                             : state.match_linear(*engine, value, offset, captures);
  }
  if (captures != nullptr) {
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(memory.data());
    const int count = groups == 0 ? 10 : groups;  // 0: more groups than room, the first ten are set
    for (int i = 0; i < count; ++i) {
      const bool set = bounds[2 * i] != PCRE2_UNSET && bounds[2 * i + 1] >= bounds[2 * i];
      captures->add(set ? value.substr(bounds[2 * i], bounds[2 * i + 1] - bounds[2 * i])
                        : std::string_view{});
    }
  }
  return OperatorResult::kMatch;
}

OperatorResult Pattern::match(std::string_view value, Captures* captures,
                              std::uint32_t match_limit) const {
  return match_from(value, 0, captures, match_limit);
}

const std::string& Pattern::text() const { return state_->text; }
bool Pattern::caseless() const { return state_->caseless; }
bool Pattern::is_linear() const { return state_->linear_engine() != nullptr; }
ByteCondition Pattern::condition() const {
  return regex::condition_of(regex::parse(state_->text, state_->caseless));
}

}  // namespace yagura::waf
