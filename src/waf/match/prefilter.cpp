#include "waf/match/prefilter.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <thread>

#include "waf/match/internal/database_cache.hpp"
#include "waf/match/internal/library_check.hpp"
#include "waf/match/internal/prefilter_state.hpp"

namespace yagura::waf {

namespace {

using internal::CompiledGroup;
using internal::DatabaseCache;
using internal::GroupPlan;

constexpr std::size_t kCompilers = 2;  // threads

struct Job {
  const GroupPlan* plan = nullptr;
  Result<CompiledGroup> group = CompiledGroup{};
  bool compiled = false;  // not from the cache
};

void make(Job& job, const DatabaseCache& cache) {
  if (!internal::library_problem().empty()) {
    job.group = CompiledGroup{.unscannable = internal::items_of(job.plan->expressions)};
    return;
  }
  const std::string key =
      cache.usable() ? DatabaseCache::key_of(internal::description_of(job.plan->expressions))
                     : std::string();
  if (auto cached = cache.load(key)) {
    // The checksum holds; that the lists fit the plan is checked all the same.
    if (cached->items == internal::items_of(job.plan->expressions)) {
      job.group = std::move(*cached);
      return;
    }
  }
  job.compiled = true;
  job.group = internal::compile_group(job.plan->expressions);
  if (job.group) job.group = cache.store(key, std::move(*job.group));
}

// The largest first, so that the threads end together.
void make_all(std::vector<Job>& jobs, const DatabaseCache& cache) {
  std::vector<Job*> order;
  order.reserve(jobs.size());
  for (Job& job : jobs) order.push_back(&job);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [](const Job* job) { return job->plan->expressions.size(); });
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < order.size(); i = next++) {
      try {
        make(*order[i], cache);
      } catch (const std::bad_alloc&) {
        order[i]->group = fail(ErrorCode::kLimitExceeded, "no memory for a database of patterns");
      }
    }
  };
  std::vector<std::jthread> helpers;
  const std::size_t threads = std::min(kCompilers, jobs.size());
  for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back(work);
  work();
}

void take_over(Prefilter::State& state, ScanAlphabet& alphabet, Job& job,
               std::vector<bool>& unscannable) {
  CompiledGroup& made = *job.group;
  for (const std::uint32_t item : made.unscannable) {
    unscannable[item] = true;
    alphabet.direct.push_back({.item = item, .one_of = {}});
  }
  if (made.database.get() == nullptr) return;
  ScanGroup group{.items = std::move(made.items), .gate = job.plan->gate, .part = job.plan->part};
  for (const std::uint32_t item : group.items) {
    group.classes |= state.items[item].classes;
    group.chains |= state.items[item].chains;
  }
  group.database = std::move(made.database);
  state.figures.database_bytes += group.database.bytes();
  if (job.compiled) ++state.figures.databases_compiled;
  state.groups.push_back(std::move(group));
}

}  // namespace

Prefilter::Prefilter(std::unique_ptr<State> state) : state_(std::move(state)) {}
Prefilter::Prefilter(Prefilter&&) noexcept = default;
Prefilter& Prefilter::operator=(Prefilter&&) noexcept = default;
Prefilter::~Prefilter() = default;

const PrefilterFigures& Prefilter::figures() const { return state_->figures; }

Result<Prefilter> Prefilter::build(std::span<const PrefilterItem> items,
                                   const PrefilterOptions& options) {
  auto state = std::make_unique<State>();
  for (const PrefilterItem& item : items) {
    state->items.push_back({.classes = item.classes,
                            .chains = (ChainMask{1} << (item.chain & 63U)) | item.more_chains,
                            .condition = item.condition,
                            .part = static_cast<std::uint8_t>(item.part % kPrefilterParts)});
  }
  internal::ScanPlan plan = internal::plan_scan(items);
  state->match_empty = std::move(plan.match_empty);
  std::vector<Job> jobs;
  for (const internal::AlphabetPlan& alphabet : plan.alphabets) {
    for (const GroupPlan& group : alphabet.groups) jobs.push_back({.plan = &group});
  }
  const DatabaseCache cache(options.cache_folder);
  make_all(jobs, cache);

  std::vector<bool> unscannable(items.size());
  std::size_t job = 0;
  for (std::size_t a = 0; a < plan.alphabets.size(); ++a) {
    ScanAlphabet alphabet{.bytes = internal::alphabets()[a],
                          .direct = std::move(plan.alphabets[a].direct),
                          .first_group = static_cast<std::uint32_t>(state->groups.size())};
    for (std::size_t g = 0; g < plan.alphabets[a].groups.size(); ++g, ++job) {
      if (!jobs[job].group) return std::unexpected(jobs[job].group.error());
      take_over(*state, alphabet, jobs[job], unscannable);
    }
    alphabet.end_group = static_cast<std::uint32_t>(state->groups.size());
    state->alphabets.push_back(std::move(alphabet));
  }
  PrefilterFigures& figures = state->figures;
  figures.items = items.size();
  figures.groups = state->groups.size();
  figures.unscannable = static_cast<std::size_t>(std::ranges::count(unscannable, true));
  figures.cache_problem = cache.problem();
  figures.library_problem = internal::library_problem();
  return Prefilter(std::move(state));
}

}  // namespace yagura::waf
