// A request's body: which reader takes it, its bounds, and what becomes of what it yields.

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

std::string_view content_type(const State& state) {
  for (const Value& header : state.values.of(Variable::kRequestHeaders)) {
    if (equal_ignoring_case(header.name, "Content-Type")) return header.text;
  }
  return {};
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// Without a word of the rules: forms and multipart by their type; JSON and XML only where a rule
// says so.
std::string_view processor_by_type(std::string_view type) {
  if (starts_with_ignoring_case(type, "application/x-www-form-urlencoded")) return "URLENCODED";
  if (starts_with_ignoring_case(type, "multipart/form-data")) return "MULTIPART";
  return {};
}

BodyKind kind_of(std::string_view processor) {
  if (processor == "URLENCODED") return BodyKind::kUrlEncoded;
  if (processor == "MULTIPART") return BodyKind::kMultipart;
  if (processor == "JSON") return BodyKind::kJson;
  if (processor == "XML") return BodyKind::kXml;
  return BodyKind::kRaw;
}

const BodyLimits& reader_limits(State& state) {
  const BodyLimits& shared = state.rules->options.request_limits;
  if (state.xml_arguments == shared.xml_arguments) return shared;
  state.own_limits = shared;
  state.own_limits->xml_arguments = state.xml_arguments;
  return *state.own_limits;
}

void start_reader(State& state) {
  if (state.request_reader != nullptr) return;
  const std::string_view type = content_type(state);
  const BodyLimits& limits = reader_limits(state);
  state.request_reader =
      make_body_reader(kind_of(state.request_processor), type, limits, state.arena);
  state.request_store.emplace(limits.max_in_memory, limits.temporary_folder);
}

void set_error(State& state, std::string_view message) {
  state.set_single(Variable::kReqbodyError, "1");
  state.set_single(Variable::kReqbodyProcessorError, "1");
  state.set_single(Variable::kReqbodyErrorMsg, message);
  state.set_single(Variable::kReqbodyProcessorErrorMsg, message);
  state.count(&EngineCounters::body_errors);
}

Verdict refuse(State& state, std::uint16_t status) {
  if (state.mode == EngineMode::kOn && !state.verdict.interrupts()) {
    state.verdict = {
        .action = VerdictAction::kDeny, .status = status, .redirect_url = {}, .rule = nullptr};
  }
  return state.verdict;
}

// Past the limit: refused, or judged by what fits.
Verdict reach_limit(State& state) {
  if (!state.request_body_cut) state.count(&EngineCounters::body_limit_reached);
  state.request_body_cut = true;
  state.set_single(Variable::kInboundDataError, "1");
  if (state.rules->options.request_at_limit == EngineOptions::AtLimit::kReject)
    return refuse(state, 413);
  return {};
}

void add_arguments(State& state) {
  std::size_t combined = 0;
  for (const Argument& argument : state.parsed.arguments) {
    state.values.add(Variable::kArgsPost, {.name = argument.name,
                                           .text = argument.value,
                                           .offset = argument.offset,
                                           .in_body = true});
  }
  for (const std::string_view name : state.parsed.names) {
    state.values.add(Variable::kArgsPostNames,
                     {.name = name, .text = name, .offset = kNoOffset, .in_body = true});
  }
  for (const Variable home : {Variable::kArgsGet, Variable::kArgsPost}) {
    for (const Value& value : state.values.of(home))
      combined += value.name.size() + value.text.size();
  }
  state.set_single(Variable::kArgsCombinedSize,
                   state.keep_number(static_cast<std::int64_t>(combined)));
}

void add_files(State& state) {
  std::uint64_t total = 0;
  for (const UploadedFile& file : state.parsed.files) {
    total += file.size;
    const auto add = [&](Variable home, std::string_view text) {
      state.values.add(home,
                       {.name = file.field, .text = text, .offset = kNoOffset, .in_body = true});
    };
    add(Variable::kFiles, file.file_name);
    add(Variable::kFilesSizes, state.keep_number(static_cast<std::int64_t>(file.size)));
    if (!file.temporary.empty()) add(Variable::kFilesTmpNames, file.temporary);
    if (!file.content.empty()) add(Variable::kFilesTmpContent, file.content);
  }
  state.set_single(Variable::kFilesCombinedSize,
                   state.keep_number(static_cast<std::int64_t>(total)));
  for (const std::string_view name : state.parsed.part_names) {
    state.values.add(Variable::kMultipartName,
                     {.name = name, .text = name, .offset = kNoOffset, .in_body = true});
  }
  for (const PartHeader& header : state.parsed.part_headers) {
    state.values.add(
        Variable::kMultipartPartHeaders,
        {.name = header.part, .text = header.line, .offset = kNoOffset, .in_body = true});
  }
}

void expose_raw_body(State& state) {
  const bool wanted = state.request_processor == "URLENCODED" || state.force_request_body;
  if (!wanted || !state.request_store) return;
  if (const auto body = state.request_store->view()) {
    state.set_single(Variable::kRequestBody, *body);
  } else {
    set_error(state, "The request body could not be read back from its temporary file.");
  }
}

bool is_audited(const State& state) {
  return state.audit_engine != AuditOptions::Engine::kOff &&
         state.audit_parts.find_first_of("CI") != std::string_view::npos;
}

// The raw bytes are for REQUEST_BODY, FULL_REQUEST and the audit log. Of JSON the beginning is kept
// as well: pointers to its values are found by going over the text again.
bool keeps_bytes(const State& state) {
  if (state.force_request_body || state.plan->reads_any_body || is_audited(state)) return true;
  if (state.request_processor == "URLENCODED") return true;
  return state.request_processor == "JSON" &&
         state.request_body_size <= state.rules->options.request_limits.max_in_memory;
}

bool without_files_too_large(const State& state) {
  return state.request_processor != "MULTIPART" &&
         state.request_body_size > state.rules->options.request_limits.max_body_no_files;
}

}  // namespace

// Before phase 1, whose rules see it and may choose another (ctl:requestBodyProcessor).
void choose_processor(State& state) {
  state.request_processor = processor_by_type(content_type(state));
  state.set_single(Variable::kReqbodyProcessor, state.request_processor);
}

bool has_use_for_request_body(const State& state) {
  return !state.request_processor.empty() || state.force_request_body ||
         state.plan->reads_any_body || is_audited(state);
}

Verdict take_request_chunk(State& state, std::string_view chunk) {
  start_reader(state);
  state.count(&EngineCounters::bytes_inspected, chunk.size());
  Verdict verdict;
  const std::uint64_t room =
      state.request_limit - std::min(state.request_limit, state.request_body_size);
  if (chunk.size() > room) {
    chunk = chunk.substr(0, static_cast<std::size_t>(room));
    verdict = reach_limit(state);
    if (verdict.interrupts()) return verdict;
  }
  state.request_body_size += chunk.size();
  if (keeps_bytes(state)) {
    if (const auto kept = state.request_store->append(chunk); !kept)
      set_error(state, state.keep(kept.error().message));
  }
  if (!state.request_reader_done) state.request_reader_done = !state.request_reader->feed(chunk);
  return verdict;
}

Verdict finish_request_body(State& state) {
  if (state.request_reader == nullptr) return {};
  state.request_reader->finish(state.parsed,
                               state.request_body_cut ? BodyEnd::kCut : BodyEnd::kReached);
  add_arguments(state);
  add_files(state);
  expose_raw_body(state);
  if (state.parsed.urlencoded_error) state.set_single(Variable::kUrlencodedError, "1");
  if (!state.parsed.error.empty()) set_error(state, state.parsed.error);
  if (without_files_too_large(state)) {
    state.count(&EngineCounters::body_limit_reached);
    set_error(state, "Request body excluding files is bigger than the maximum expected.");
  }
  return {};
}

}  // namespace yagura::waf::internal
