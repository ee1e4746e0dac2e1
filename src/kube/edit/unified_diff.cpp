// Line by line: what both texts begin and end with is set aside, the middle is compared by the
// greedy algorithm of E. W. Myers (An O(ND) difference algorithm and its variations, 1986). Where
// more than kMaxDistance insertions and deletions would be needed, the way found so far is taken as
// it is and the search starts anew from there, which bounds time and memory and may miss the
// shortest script.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kube/edit.hpp"

namespace yagura::kube {

namespace {

constexpr int kMaxDistance = 1024;
constexpr std::size_t kContext = 3;

// With their line ends; only the last may have none.
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Equal lines get equal numbers, so that comparing two costs one step however long they are.
class LineNumbers {
 public:
  std::vector<std::uint32_t> of(const std::vector<std::string_view>& lines) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(lines.size());
    for (const std::string_view line : lines) {
      numbers.push_back(
          known_.emplace(line, static_cast<std::uint32_t>(known_.size())).first->second);
    }
    return numbers;
  }

 private:
  std::unordered_map<std::string_view, std::uint32_t> known_;
};

enum class Step : std::uint8_t { kKeep, kDelete, kInsert };

class Comparison {
 public:
  Comparison(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b)
      : a_(a), b_(b) {}

  std::vector<Step> run() {
    std::size_t end_a = a_.size();
    std::size_t end_b = b_.size();
    while (end_a > 0 && end_b > 0 && a_[end_a - 1] == b_[end_b - 1]) {
      --end_a;
      --end_b;
    }
    const std::size_t kept_at_end = a_.size() - end_a;
    end_a_ = static_cast<int>(end_a);
    end_b_ = static_cast<int>(end_b);
    while (x_ < end_a_ || y_ < end_b_) search();
    steps_.insert(steps_.end(), kept_at_end, Step::kKeep);
    return std::move(steps_);
  }

 private:
  // From (x_, y_) to the end, or as far as kMaxDistance steps lead; appends the way.
  void search() {
    const int width = end_a_ - x_;
    const int height = end_b_ - y_;
    const int max = std::min(kMaxDistance, width + height);
    const int offset = max + 1;
    std::vector<int> furthest(static_cast<std::size_t>(2 * max + 3), 0);
    std::vector<std::vector<int>> trace;  // of each distance, the diagonals -d to d
    for (int distance = 0;; ++distance) {
      for (int k = -distance; k <= distance; k += 2) {
        const bool down = k == -distance || (k != distance && at(furthest, offset + k - 1) <
                                                                  at(furthest, offset + k + 1));
        int x = down ? at(furthest, offset + k + 1) : at(furthest, offset + k - 1) + 1;
        x = slide(x, k, width, height);
        at(furthest, offset + k) = x;
        if (x >= width && x - k >= height) {
          remember(trace, furthest, offset, distance);
          return walk_back(trace, distance, k);
        }
      }
      remember(trace, furthest, offset, distance);
      if (distance < max) continue;
      const int best = best_of(trace.back(), distance, width, height);
      return best == kNone ? replace_rest() : walk_back(trace, distance, best);
    }
  }

  void replace_rest() {
    steps_.insert(steps_.end(), static_cast<std::size_t>(end_a_ - x_), Step::kDelete);
    steps_.insert(steps_.end(), static_cast<std::size_t>(end_b_ - y_), Step::kInsert);
    x_ = end_a_;
    y_ = end_b_;
  }

  static int& at(std::vector<int>& list, int index) {
    return list[static_cast<std::size_t>(index)];
  }
  static int at(const std::vector<int>& list, int index) {
    return list[static_cast<std::size_t>(index)];
  }

  // Along the diagonal while lines are equal. A point beyond an edge stays as it is.
  [[nodiscard]] int slide(int x, int k, int width, int height) const {
    while (x < width && x - k < height &&
           a_[static_cast<std::size_t>(x_) + static_cast<std::size_t>(x)] ==
               b_[static_cast<std::size_t>(y_) + static_cast<std::size_t>(x - k)]) {
      ++x;
    }
    return x;
  }

  static void remember(std::vector<std::vector<int>>& trace, const std::vector<int>& furthest,
                       int offset, int distance) {
    trace.emplace_back(furthest.begin() + (offset - distance),
                       furthest.begin() + (offset + distance + 1));
  }

  // The diagonal that came furthest, of those within the edges; kNone where there is none.
  static constexpr int kNone = kMaxDistance + 1;
  static int best_of(const std::vector<int>& diagonals, int distance, int width, int height) {
    int best = kNone;
    int best_sum = -1;
    for (int k = -distance; k <= distance; k += 2) {
      const int x = at(diagonals, k + distance);
      const int y = x - k;
      if (x > width || y > height || y < 0) continue;
      if (x + y > best_sum) {
        best = k;
        best_sum = x + y;
      }
    }
    return best;
  }

  void walk_back(const std::vector<std::vector<int>>& trace, int distance, int k) {
    std::vector<Step> way;
    int x = at(trace[static_cast<std::size_t>(distance)], k + distance);
    const int end_x = x;
    const int end_y = x - k;
    for (int d = distance; d > 0; --d) {
      const auto& before = trace[static_cast<std::size_t>(d - 1)];
      const auto reached = [&](int diagonal) {
        const int index = diagonal + d - 1;
        return index < 0 || index >= static_cast<int>(before.size()) ? -1 : at(before, index);
      };
      const bool down = k == -d || (k != d && reached(k - 1) < reached(k + 1));
      const int from_k = down ? k + 1 : k - 1;
      const int from_x = reached(from_k);
      const int step_x = down ? from_x : from_x + 1;
      for (; x > step_x; --x) way.push_back(Step::kKeep);
      way.push_back(down ? Step::kInsert : Step::kDelete);
      x = from_x;
      k = from_k;
    }
    for (; x > 0; --x) way.push_back(Step::kKeep);
    steps_.insert(steps_.end(), way.rbegin(), way.rend());
    x_ += end_x;
    y_ += end_y;
  }

  const std::vector<std::uint32_t>& a_;
  const std::vector<std::uint32_t>& b_;
  int x_ = 0;
  int y_ = 0;
  int end_a_ = 0;
  int end_b_ = 0;
  std::vector<Step> steps_;
};

void append_line(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

// "12,3", or "12" for one line; a range of none names the line before it.
std::string range_of(std::size_t begin, std::size_t count) {
  if (count == 1) return fmt::format("{}", begin + 1);
  return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

class HunkWriter {
 public:
  HunkWriter(const std::vector<std::string_view>& before,
             const std::vector<std::string_view>& after, const std::vector<Step>& steps)
      : before_(before), after_(after), steps_(steps) {}

  std::string write() {
    std::size_t at = 0;
    while (at < steps_.size()) {
      if (steps_[at] == Step::kKeep) {
        advance(at++);
        continue;
      }
      const std::size_t end = end_of_hunk(at);
      write_hunk(at, end);
      at = end;
    }
    return std::move(out_);
  }

 private:
  void advance(std::size_t step) {
    if (steps_[step] != Step::kInsert) ++x_;
    if (steps_[step] != Step::kDelete) ++y_;
  }

  // Behind the last change that is not more than two contexts away from the one before it.
  [[nodiscard]] std::size_t end_of_hunk(std::size_t at) const {
    std::size_t end = at;
    std::size_t kept = 0;
    for (; at < steps_.size() && kept <= 2 * kContext; ++at) {
      kept = steps_[at] == Step::kKeep ? kept + 1 : 0;
      if (kept == 0) end = at + 1;
    }
    return end;
  }

  // x_ and y_ stand at the first change; the context before it is kept lines alone.
  void write_hunk(std::size_t begin, std::size_t end) {
    const std::size_t lead = std::min({kContext, x_, y_});
    const std::size_t first_x = x_ - lead;
    const std::size_t first_y = y_ - lead;
    std::string body;
    for (std::size_t i = 0; i < lead; ++i) append_line(body, ' ', before_[first_x + i]);
    for (std::size_t i = begin; i < end; ++i) {
      if (steps_[i] == Step::kInsert) {
        append_line(body, '+', after_[y_]);
      } else {
        append_line(body, steps_[i] == Step::kKeep ? ' ' : '-', before_[x_]);
      }
      advance(i);
    }
    const std::size_t trail = std::min(kContext, before_.size() - x_);
    for (std::size_t i = 0; i < trail; ++i) append_line(body, ' ', before_[x_ + i]);
    out_ += fmt::format("@@ -{} +{} @@\n", range_of(first_x, x_ + trail - first_x),
                        range_of(first_y, y_ + trail - first_y));
    out_ += body;
  }

  const std::vector<std::string_view>& before_;
  const std::vector<std::string_view>& after_;
  const std::vector<Step>& steps_;
  std::size_t x_ = 0;
  std::size_t y_ = 0;
  std::string out_;
};

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return {};
  const auto old_lines = split_lines(before);
  const auto new_lines = split_lines(after);
  LineNumbers numbers;
  const auto a = numbers.of(old_lines);
  const auto b = numbers.of(new_lines);
  const auto steps = Comparison(a, b).run();
  return fmt::format("--- a/{}\n+++ b/{}\n", name, name) +
         HunkWriter(old_lines, new_lines, steps).write();
}

}  // namespace yagura::kube
