// What a screen reader, a keyboard and weak eyes need, checked on the HTML and the style sheet.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "reports/page/assets.h"
#include "reports/page/render.h"
#include "tests/unit/reports/fixture.h"

using namespace quadrant;

namespace {

struct Tag {
  std::string name;  // "/table" for an end
  std::map<std::string, std::string> attributes;
  std::string text;  // up to the next tag
  bool has(const std::string& key) const { return attributes.contains(key); }
  std::string get(const std::string& key) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? "" : found->second;
  }
};

void read_attributes(const std::string& source, Tag& tag) {
  for (std::size_t at = source.find(' '); at != std::string::npos;) {
    const std::size_t begin = source.find_first_not_of(" \n", at);
    if (begin == std::string::npos) break;
    const std::size_t end = source.find_first_of(" =", begin);
    const std::string key = source.substr(begin, end - begin);
    if (end == std::string::npos || source[end] == ' ') {
      tag.attributes[key] = "";
      at = end;
      continue;
    }
    const std::size_t close = source.find('"', end + 2);
    tag.attributes[key] = source.substr(end + 2, close - end - 2);
    at = close + 1;
    if (at >= source.size()) break;
  }
}

// The tags of our own markup, which writes every attribute in double quotes. Scripts are skipped.
std::vector<Tag> tags_of(const std::string& page) {
  std::vector<Tag> tags;
  for (std::size_t at = page.find('<'); at != std::string::npos;) {
    const std::size_t end = page.find('>', at);
    const std::string source = page.substr(at + 1, end - at - 1);
    Tag tag;
    tag.name = source.substr(0, source.find_first_of(" /", 1));
    read_attributes(source, tag);
    at = tag.name == "script" ? page.find("</script>", end) : page.find('<', end);
    if (tag.name != "script") tag.text = page.substr(end + 1, at - end - 1);
    tags.push_back(std::move(tag));
  }
  return tags;
}

bool blank(const std::string& text) { return text.find_first_not_of(" \n\t") == std::string::npos; }

// All text between the tag at `i` and its end.
std::string inner_text(const std::vector<Tag>& tags, std::size_t i) {
  std::string text = tags[i].text;
  for (std::size_t k = i + 1; k < tags.size() && tags[k].name != "/" + tags[i].name; ++k) {
    text += tags[k].text;
  }
  return text;
}

void check_headings(const std::vector<Tag>& tags) {
  int level = 0, first = 0;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const std::string& name = tags[i].name;
    if (name.size() != 2 || name[0] != 'h' || name[1] < '1' || name[1] > '6') continue;
    const int next = name[1] - '0';
    CAPTURE(inner_text(tags, i));
    CHECK(next <= level + 1);
    CHECK_FALSE(blank(inner_text(tags, i)));
    first += next == 1;
    level = next;
  }
  CHECK(first == 1);
}

void check_ids(const std::vector<Tag>& tags) {
  std::set<std::string> ids;
  for (const Tag& tag : tags) {
    if (!tag.has("id")) continue;
    CAPTURE(tag.get("id"));
    CHECK(ids.insert(tag.get("id")).second);
  }
  for (const Tag& tag : tags) {
    std::string wanted = tag.get("aria-labelledby");
    if (tag.name == "a" && tag.get("href").starts_with("#")) wanted = tag.get("href").substr(1);
    while (!wanted.empty()) {
      const std::size_t space = wanted.find(' ');
      CAPTURE(wanted);
      CHECK(ids.contains(wanted.substr(0, space)));
      wanted = space == std::string::npos ? "" : wanted.substr(space + 1);
    }
  }
}

// A caption, a heading for every column and row, and rows as long as the head.
void check_tables(const std::vector<Tag>& tags) {
  std::size_t columns = 0, cells = 0;
  bool captioned = false, in_head = false;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const Tag& tag = tags[i];
    if (tag.name == "table") columns = 0, captioned = false;
    if (tag.name == "caption") captioned = !blank(inner_text(tags, i));
    if (tag.name == "thead") in_head = true;
    if (tag.name == "/thead") in_head = false;
    if (tag.name == "tr") cells = 0;
    if (tag.name == "th" || tag.name == "td") {
      if (in_head) {
        ++columns;
        CHECK(tag.get("scope") == "col");
        CHECK_FALSE(blank(inner_text(tags, i)));
      } else if (cells == 0) {
        CHECK(tag.name == "th");
        CHECK(tag.get("scope") == "row");
      }
      ++cells;
    }
    if (tag.name == "/tr") CHECK(cells == columns);
    if (tag.name == "/table") CHECK(captioned);
  }
}

// Whatever can be operated has a name; whatever scrolls can be reached; pictures are described.
void check_names(const std::vector<Tag>& tags) {
  bool in_label = false;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const Tag& tag = tags[i];
    CAPTURE(tag.name);
    if (tag.name == "label") in_label = !blank(inner_text(tags, i));
    if (tag.name == "/label") in_label = false;
    if (tag.name == "select" || tag.name == "input") CHECK((in_label || tag.has("aria-label")));
    if (tag.name == "a" || tag.name == "button" || tag.name == "summary") {
      CHECK_FALSE(blank(inner_text(tags, i)));
    }
    if (tag.name == "nav" || tag.get("role") == "region" || tag.get("role") == "group") {
      CHECK_FALSE(blank(tag.get("aria-label")));
    }
    if (tag.has("tabindex")) CHECK((tag.get("tabindex") == "0" || tag.get("tabindex") == "-1"));
    if (tag.get("class") == "chart" || tag.get("class") == "scroll" || tag.name == "pre") {
      CHECK(tag.get("tabindex") == "0");
    }
    if (tag.name != "svg") continue;
    CHECK(tag.get("role") == "img");
    REQUIRE(i + 3 < tags.size());
    CHECK((tags[i + 1].name == "title" && !blank(tags[i + 1].text)));
    CHECK((tags[i + 3].name == "desc" && !blank(tags[i + 3].text)));
  }
}

// Every section that draws also has its numbers in a table.
void check_figures(const std::vector<Tag>& tags) {
  int figures = 0, tables = 0;
  std::string section;
  for (const Tag& tag : tags) {
    if (tag.name == "section") section = tag.get("id"), figures = tables = 0;
    figures += tag.name == "figure";
    tables += tag.name == "table";
    if (tag.name != "/section") continue;
    CAPTURE(section);
    CHECK(tables >= figures);
  }
}

void check_page(const std::string& page, const std::string& language) {
  const std::vector<Tag> tags = tags_of(page);
  const auto count = [&](const std::string& name) {
    return std::count_if(tags.begin(), tags.end(),
                         [&](const Tag& tag) { return tag.name == name; });
  };
  CHECK(tags.at(1).get("lang") == language);
  CHECK(count("main") == 1);
  CHECK(count("title") >= 1);
  check_headings(tags);
  check_ids(tags);
  check_tables(tags);
  check_names(tags);
  check_figures(tags);
}

// ---- Contrast of the colours in the style sheet (WCAG 2.1: 4.5 for text, 3 for graphics)

using Colour = std::array<double, 3>;
using Palette = std::map<std::string, Colour>;

void read_colours(const std::string& css, Palette& palette) {
  for (std::size_t at = css.find("--"); at != std::string::npos; at = css.find("--", at + 2)) {
    const std::size_t colon = css.find(':', at);
    const std::string value = css.substr(colon + 2, 7);
    if (value[0] != '#' || css[colon + 9] != ';') continue;
    const std::string name = css.substr(at + 2, colon - at - 2);
    for (std::size_t c = 0; c < 3; ++c) {
      palette[name][c] = std::stoi(value.substr(1 + 2 * c, 2), nullptr, 16) / 255.0;
    }
  }
}

double luminance(const Colour& colour) {
  const auto linear = [](double c) {
    return c <= .03928 ? c / 12.92 : std::pow((c + .055) / 1.055, 2.4);
  };
  return .2126 * linear(colour[0]) + .7152 * linear(colour[1]) + .0722 * linear(colour[2]);
}

double contrast(const Colour& a, const Colour& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + .05) / (std::min(x, y) + .05);
}

Colour mixed(const Colour& a, const Colour& b, double share) {
  Colour result;
  for (std::size_t c = 0; c < 3; ++c) result[c] = share * a[c] + (1 - share) * b[c];
  return result;
}

void check_contrast(const Palette& palette) {
  const auto colour = [&](const std::string& name) { return palette.at(name); };
  for (const char* ground : {"paper", "card", "wash"}) {
    for (const char* text : {"ink", "soft", "accent", "bad"}) {
      CAPTURE(text);
      CAPTURE(ground);
      CHECK(contrast(colour(text), colour(ground)) >= 4.5);
    }
    for (const char* mark :
         {"s0", "s1", "s2", "s3", "s4", "s5", "both", "clash", "best", "focus"}) {
      CAPTURE(mark);
      CAPTURE(ground);
      CHECK(contrast(colour(mark), colour(ground)) >= 3);
    }
  }
  // Numbers on squares, on bars, and on marked words.
  for (int step = 0; step <= 10; ++step) {
    const Colour square = mixed(colour("heat-high"), colour("heat-low"), step / 10.0);
    CHECK(contrast(colour("ink"), square) >= 4.5);
  }
  for (const char* bar : {"s0", "s1", "s2", "s3", "s5", "bad", "soft"}) {
    CAPTURE(bar);
    CHECK(contrast(colour("ink"), mixed(colour(bar), colour("paper"), .42)) >= 4.5);
  }
  CHECK(contrast(colour("ink"), mixed(colour("s5"), colour("card"), .35)) >= 4.5);
  CHECK(contrast(colour("ink"), mixed(colour("s2"), colour("card"), .25)) >= 4.5);
}

}  // namespace

TEST_CASE("a page can be read without eyes and without a mouse: names, order, tables, ids") {
  test::Fixture fixture;
  ReportOptions options{SampleChoice::kDefault, 100};
  options.prices = Prices{"EUR", .1, .4, 2.5};
  const ReportModel english = load_report_model(fixture.store(), fixture.run, options);
  check_page(render_report({english}), "en");
  ReportModel second = english;
  second.run_id = 7;
  check_page(render_report({english, second}), "en");
  options.language = Language::kKorean;
  check_page(render_report({load_report_model(fixture.store(), fixture.run, options)}), "ko");
}

TEST_CASE("hostile names break no tag, no table and no id") {
  test::FixtureOptions options;
  options.clusters = 12;
  options.hostile = "\"><script>alert(1)</script><h5 id=\"verdict\">\u202E</table>";
  test::Fixture fixture(options);
  check_page(render_report(
                 {load_report_model(fixture.store(), fixture.run, {SampleChoice::kDefault, 100})}),
             "en");
}

TEST_CASE("colours have contrast, light and dark") {
  const std::string css = kReportStyle;
  const std::size_t dark = css.find("@media screen and (prefers-color-scheme: dark)");
  REQUIRE(dark != std::string::npos);
  Palette palette;
  read_colours(css.substr(0, dark), palette);
  check_contrast(palette);
  read_colours(css.substr(dark, css.find("* {", dark) - dark), palette);
  check_contrast(palette);
}
