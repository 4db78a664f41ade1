// Constraints on the form of an answer: formats, marked contents, how it begins and ends.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "harness/metrics/constraint_checks.h"

namespace quadrant {
namespace {

constexpr std::string_view kSpaces = " \t\n\v\f\r";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return kSpaces.find(c) != std::string_view::npos; }

// `text` without any of `marks` at its ends, then without white space there.
std::string unmarked(const std::string& text, const char* left, const char* right) {
  const std::size_t begin = text.find_first_not_of(left);
  const std::size_t end = text.find_last_not_of(right);
  if (begin == std::string::npos || end == std::string::npos || begin > end) return "";
  return stripped(text.substr(begin, end - begin + 1));
}

bool number_placeholders(const std::string& answer, const Arguments& arguments) {
  int count = 0;
  std::size_t at = 0;
  while ((at = answer.find('[', at)) != std::string::npos) {
    const std::size_t end = answer.find_first_of("]\n", at);
    if (end == std::string::npos) break;
    count += answer[end] == ']' ? 1 : 0;
    at = end;
  }
  return count >= arguments.count("num_placeholders");
}

// `parts` one after the other, with one character of white space or none between them.
bool has_parts(const std::string& text, const std::vector<std::string_view>& parts) {
  for (std::size_t start = text.find(parts[0]); start != std::string::npos;
       start = text.find(parts[0], start + 1)) {
    std::size_t at = start + parts[0].size();
    bool found = true;
    for (std::size_t i = 1; i < parts.size() && found; ++i) {
      if (at < text.size() && is_blank(text[at])) ++at;
      found = text.compare(at, parts[i].size(), parts[i]) == 0;
      at += parts[i].size();
    }
    if (found) return true;
  }
  return false;
}

bool postscript(const std::string& answer, const Arguments& arguments) {
  const std::string marker = arguments.text("postscript_marker");
  const std::string text = lowered(answer);
  if (marker == "P.P.S") return has_parts(text, {"p.", "p.", "s"});
  if (marker == "P.S.") return has_parts(text, {"p.", "s."});
  return text.find(lowered(marker)) != std::string::npos;
}

// IFEval's two patterns, `^\s*\*[^\*].*$` and `^\s*-.*$`: the first can take the line after a "*"
// that stands alone.
int bullets(const std::string& text, char mark) {
  int count = 0;
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t begin = text.find_first_not_of(kSpaces, line);
    if (begin == std::string::npos) break;
    std::size_t rest = begin;
    const bool star = mark == '*';
    if (text[begin] == mark && (!star || (begin + 1 < text.size() && text[begin + 1] != '*'))) {
      ++count;
      rest = begin + (star ? 2 : 1);
    }
    const std::size_t end = text.find('\n', rest);
    if (end == std::string::npos) break;
    line = end + 1;
  }
  return count;
}

bool number_bullets(const std::string& answer, const Arguments& arguments) {
  return bullets(answer, '*') + bullets(answer, '-') == arguments.count("num_bullets");
}

bool constrained_response(const std::string& answer, const Arguments&) {
  static constexpr std::array<std::string_view, 3> kAnswers{"My answer is yes.", "My answer is no.",
                                                            "My answer is maybe."};
  return std::any_of(kAnswers.begin(), kAnswers.end(),
                     [&](std::string_view text) { return answer.find(text) != std::string::npos; });
}

// Pieces between two `mark`s in one line with something but white space inside.
int highlights(const std::string& text, const std::string& mark) {
  int count = 0;
  std::size_t at = 0;
  while ((at = text.find(mark, at)) != std::string::npos) {
    const std::size_t begin = at + mark.size();
    const std::size_t end = std::min(text.find_first_of("*\n", begin), text.size());
    if (text.compare(end, mark.size(), mark) != 0) {
      ++at;
      continue;
    }
    count += stripped(text.substr(begin, end - begin)).empty() ? 0 : 1;
    at = end + mark.size();
  }
  return count;
}

bool number_highlights(const std::string& answer, const Arguments& arguments) {
  return highlights(answer, "*") + highlights(answer, "**") >= arguments.count("num_highlights");
}

bool multiple_sections(const std::string& answer, const Arguments& arguments) {
  const auto parts = split(answer, arguments.text("section_spliter"));
  const auto numbered = std::count_if(parts.begin() + 1, parts.end(), [](const std::string& part) {
    const std::size_t at = !part.empty() && is_blank(part[0]) ? 1 : 0;
    return at < part.size() && is_digit(part[at]);
  });
  return numbered >= arguments.count("num_sections");
}

bool json_format(const std::string& answer, const Arguments&) {
  std::string text = stripped(answer);
  for (const std::string_view fence : {"```json", "```Json", "```JSON", "```"}) {
    if (text.starts_with(fence)) text.erase(0, fence.size());
  }
  if (text.ends_with("```")) text.erase(text.size() - 3);
  return nlohmann::json::accept(text);
}

bool title(const std::string& answer, const Arguments&) {
  const auto lines = split(answer, "\n");
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    const std::size_t begin = line.find("<<"), end = line.rfind(">>");
    return begin != std::string::npos && end != std::string::npos && end >= begin + 3 &&
           !unmarked(line.substr(begin, end + 2 - begin), "<", ">").empty();
  });
}

bool two_responses(const std::string& answer, const Arguments&) {
  const auto parts = split(answer, "******");
  std::vector<std::string> filled;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part = stripped(parts[i]);
    if (!part.empty()) {
      filled.push_back(part);
    } else if (i > 0 && i + 1 < parts.size()) {
      return false;
    }
  }
  return filled.size() == 2 && filled[0] != filled[1];
}

bool repeat_prompt(const std::string& answer, const Arguments& arguments) {
  return lowered(stripped(answer))
      .starts_with(lowered(stripped(arguments.text("prompt_to_repeat"))));
}

bool end_phrase(const std::string& answer, const Arguments& arguments) {
  std::string text = stripped(answer);
  text.erase(0, std::min(text.find_first_not_of('"'), text.size()));
  text.erase(text.find_last_not_of('"') + 1);
  return lowered(text).ends_with(lowered(stripped(arguments.text("end_phrase"))));
}

bool quotation(const std::string& answer, const Arguments&) {
  const std::string text = stripped(answer);
  return text.size() > 1 && text.front() == '"' && text.back() == '"';
}

}  // namespace

const std::vector<ConstraintCheck>& form_checks() {
  static const std::vector<ConstraintCheck> checks{
      {"detectable_content:number_placeholders", number_placeholders},
      {"detectable_content:postscript", postscript},
      {"detectable_format:number_bullet_lists", number_bullets},
      {"detectable_format:constrained_response", constrained_response},
      {"detectable_format:number_highlighted_sections", number_highlights},
      {"detectable_format:multiple_sections", multiple_sections},
      {"detectable_format:json_format", json_format},
      {"detectable_format:title", title},
      {"combination:two_responses", two_responses},
      {"combination:repeat_prompt", repeat_prompt},
      {"startend:end_checker", end_phrase},
      {"startend:quotation", quotation},
  };
  return checks;
}

}  // namespace quadrant
