// In the build only as long as waf/match has no prefilter.cpp (see CMakeLists.txt): says that there
// is no first stage, and every rule looks at every value.

#include "waf/match/prefilter.hpp"

namespace yagura::waf {

struct Prefilter::State {
  PrefilterFigures figures;
};

Prefilter::Prefilter(std::unique_ptr<State> state) : state_(std::move(state)) {}
Prefilter::Prefilter(Prefilter&&) noexcept = default;
Prefilter& Prefilter::operator=(Prefilter&&) noexcept = default;
Prefilter::~Prefilter() = default;
const PrefilterFigures& Prefilter::figures() const { return state_->figures; }

Result<Prefilter> Prefilter::build(std::span<const PrefilterItem>, const PrefilterOptions&) {
  return fail(ErrorCode::kUnsupported, "built without a first stage");
}

struct PrefilterScratch::State {};
PrefilterScratch::PrefilterScratch() = default;
PrefilterScratch::PrefilterScratch(PrefilterScratch&&) noexcept = default;
PrefilterScratch& PrefilterScratch::operator=(PrefilterScratch&&) noexcept = default;
PrefilterScratch::~PrefilterScratch() = default;

PrefilterScan::PrefilterScan(const Prefilter& prefilter, PrefilterScratch& scratch)
    : prefilter_(prefilter), scratch_(scratch) {}
std::uint32_t PrefilterScan::add(std::string_view, const ByteSet&, ClassMask, ChainMask) {
  (void)prefilter_;
  (void)scratch_;
  return 0;
}
bool PrefilterScan::run(std::vector<PrefilterHit>&) { return false; }

}  // namespace yagura::waf
