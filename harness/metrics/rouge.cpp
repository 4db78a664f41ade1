#include "harness/metrics/rouge.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "harness/core/types.h"
#include "harness/core/utf8.h"
#include "harness/metrics/porter.h"
#include "harness/metrics/scorers.h"

namespace quadrant {
namespace {

using Tokens = std::vector<std::string>;
using Table = std::vector<std::vector<int>>;

double f_measure(double hits, std::size_t output, std::size_t target) {
  if (hits == 0) return 0;
  const double precision = hits / static_cast<double>(output);
  const double recall = hits / static_cast<double>(target);
  return 2 * precision * recall / (precision + recall);
}

double ngram_score(const Tokens& target, const Tokens& output, std::size_t n) {
  const auto count = [n](const Tokens& tokens) {
    std::map<Tokens, int> counts;
    for (auto at = tokens.begin(); tokens.end() - at >= static_cast<std::ptrdiff_t>(n); ++at) {
      ++counts[Tokens(at, at + static_cast<std::ptrdiff_t>(n))];
    }
    return counts;
  };
  if (target.size() < n || output.size() < n) return 0;
  const auto wanted = count(target);
  int hits = 0;
  for (const auto& [ngram, times] : count(output)) {
    const auto found = wanted.find(ngram);
    if (found != wanted.end()) hits += std::min(times, found->second);
  }
  return f_measure(hits, output.size() - n + 1, target.size() - n + 1);
}

Table subsequence_table(const Tokens& a, const Tokens& b) {  // [i][j]: longest of a[:i], b[:j]
  Table table(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1
                                         : std::max(table[i - 1][j], table[i][j - 1]);
    }
  }
  return table;
}

// Places in `target` of one longest common subsequence; of several, the one that rouge-score takes.
void add_places(const Tokens& target, const Tokens& output, std::set<std::size_t>& places) {
  const Table table = subsequence_table(target, output);
  std::size_t i = target.size(), j = output.size();
  while (i > 0 && j > 0) {
    if (target[i - 1] == output[j - 1]) {
      places.insert(i - 1);
      --i;
      --j;
    } else if (table[i][j - 1] > table[i - 1][j]) {
      --j;
    } else {
      --i;
    }
  }
}

std::vector<Tokens> sentences(const std::string& text, bool stem) {
  std::vector<Tokens> result;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) result.push_back(rouge_tokens(text.substr(begin, end - begin), stem));
    begin = end + 1;
  }
  return result;
}

std::map<std::string, int> counts(const std::vector<Tokens>& sentences, std::size_t& total) {
  std::map<std::string, int> counts;
  for (const Tokens& tokens : sentences) {
    total += tokens.size();
    for (const std::string& token : tokens) ++counts[token];
  }
  return counts;
}

// Each target sentence is met by the union of its subsequences with all output sentences; a token
// counts at most as often as it stands on either side.
double summary_score(const std::vector<Tokens>& target, const std::vector<Tokens>& output) {
  std::size_t target_size = 0, output_size = 0;
  auto target_left = counts(target, target_size);
  auto output_left = counts(output, output_size);
  double hits = 0;
  for (const Tokens& sentence : target) {
    std::set<std::size_t> places;
    for (const Tokens& other : output) add_places(sentence, other, places);
    for (const std::size_t place : places) {
      int& wanted = target_left[sentence[place]];
      int& there = output_left[sentence[place]];
      if (wanted <= 0 || there <= 0) continue;
      --wanted;
      --there;
      ++hits;
    }
  }
  return f_measure(hits, output_size, target_size);
}

template <Rouge kind, bool stem>
double best(const std::string& output, const Item& item) {
  double score = std::numeric_limits<double>::quiet_NaN();
  for (const std::string& target : item.targets) {
    score = std::fmax(score, rouge(kind, target, output, stem));
  }
  return score;
}

}  // namespace

std::vector<std::string> rouge_tokens(std::string_view text, bool stem) {
  Tokens tokens;
  bool inside = false;
  for (const char32_t c : decode_utf8(to_lower(to_valid_utf8(text)))) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept && !inside) tokens.emplace_back();
    if (kept) tokens.back() += static_cast<char>(c);
    inside = kept;
  }
  for (std::string& token : tokens) {
    if (stem && token.size() > 3) token = porter_stem(token);
  }
  return tokens;
}

double rouge(Rouge kind, const std::string& target, const std::string& output, bool stem) {
  if (kind == Rouge::kLsum) return summary_score(sentences(target, stem), sentences(output, stem));
  const Tokens wanted = rouge_tokens(target, stem), there = rouge_tokens(output, stem);
  if (kind != Rouge::kL) return ngram_score(wanted, there, kind == Rouge::k1 ? 1 : 2);
  const int longest = subsequence_table(wanted, there).back().back();
  return f_measure(longest, there.size(), wanted.size());
}

double rouge1(const std::string& output, const Item& item) {
  return best<Rouge::k1, false>(output, item);
}
double rouge2(const std::string& output, const Item& item) {
  return best<Rouge::k2, false>(output, item);
}
double rouge_l(const std::string& output, const Item& item) {
  return best<Rouge::kL, false>(output, item);
}
double rouge_lsum(const std::string& output, const Item& item) {
  return best<Rouge::kLsum, false>(output, item);
}
double rouge1_stem(const std::string& output, const Item& item) {
  return best<Rouge::k1, true>(output, item);
}
double rouge2_stem(const std::string& output, const Item& item) {
  return best<Rouge::k2, true>(output, item);
}
double rouge_l_stem(const std::string& output, const Item& item) {
  return best<Rouge::kL, true>(output, item);
}
double rouge_lsum_stem(const std::string& output, const Item& item) {
  return best<Rouge::kLsum, true>(output, item);
}

}  // namespace quadrant
