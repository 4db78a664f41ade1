#include <gumbo.h>

#include <algorithm>
#include <memory>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "retrieval/documents/markdown.h"
#include "retrieval/documents/readers.h"

namespace quadrant {
namespace {

// Never shown to a reader.
bool is_hidden(GumboTag tag) {
  constexpr GumboTag kHidden[] = {GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,    GUMBO_TAG_NOSCRIPT,
                                  GUMBO_TAG_HEAD,   GUMBO_TAG_TEMPLATE, GUMBO_TAG_TEXTAREA,
                                  GUMBO_TAG_SELECT, GUMBO_TAG_SVG};
  return std::find(std::begin(kHidden), std::end(kHidden), tag) != std::end(kHidden);
}

bool is_paragraph(GumboTag tag) {
  constexpr GumboTag kParagraphs[] = {
      GUMBO_TAG_P,       GUMBO_TAG_H1,         GUMBO_TAG_H2,    GUMBO_TAG_H3, GUMBO_TAG_H4,
      GUMBO_TAG_H5,      GUMBO_TAG_H6,         GUMBO_TAG_PRE,   GUMBO_TAG_UL, GUMBO_TAG_OL,
      GUMBO_TAG_DL,      GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_TABLE, GUMBO_TAG_HR, GUMBO_TAG_SECTION,
      GUMBO_TAG_ARTICLE, GUMBO_TAG_HEADER,     GUMBO_TAG_FOOTER};
  return std::find(std::begin(kParagraphs), std::end(kParagraphs), tag) != std::end(kParagraphs);
}

bool is_line(GumboTag tag) {
  constexpr GumboTag kLines[] = {GUMBO_TAG_DIV, GUMBO_TAG_LI, GUMBO_TAG_TR,        GUMBO_TAG_DT,
                                 GUMBO_TAG_DD,  GUMBO_TAG_BR, GUMBO_TAG_FIGCAPTION};
  return std::find(std::begin(kLines), std::end(kLines), tag) != std::end(kLines);
}

int heading_level(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? tag - GUMBO_TAG_H1 + 1 : 0;
}

// Walks the tree and writes down what a reader sees, white space squashed outside of <pre>.
class Extractor {
 public:
  Document extract(const GumboNode* root) {
    struct Step {
      const GumboNode* node;
      unsigned next_child;
    };
    std::vector<Step> path{{root, 0}};
    enter(root);
    while (!path.empty()) {
      Step& step = path.back();
      const GumboVector& children = step.node->v.element.children;
      if (step.next_child == children.length) {
        leave(step.node);
        path.pop_back();
        continue;
      }
      const auto* child = static_cast<const GumboNode*>(children.data[step.next_child++]);
      if (child->type == GUMBO_NODE_ELEMENT || child->type == GUMBO_NODE_TEMPLATE) {
        if (child->v.element.tag == GUMBO_TAG_TITLE) read_title(child);
        if (is_hidden(child->v.element.tag) && child->v.element.tag != GUMBO_TAG_HEAD) continue;
        enter(child);
        path.push_back({child, 0});
      } else if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE ||
                 child->type == GUMBO_NODE_CDATA) {
        append(child->v.text.text);
      }
    }
    end_block("\n");
    while (!document_.text.empty() && document_.text.back() == '\n') document_.text.pop_back();
    return std::move(document_);
  }

 private:
  void enter(const GumboNode* node) {
    const GumboTag tag = node->v.element.tag;
    if (is_paragraph(tag)) end_block("\n\n");
    if (is_line(tag)) end_block("\n");
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) space_ = true;
    if (tag == GUMBO_TAG_PRE) ++preformatted_;
    if (tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_TITLE) ++hidden_;
  }

  void leave(const GumboNode* node) {
    const GumboTag tag = node->v.element.tag;
    if (const int level = heading_level(tag)) note_heading(level);
    if (is_paragraph(tag)) end_block("\n\n");
    if (is_line(tag)) end_block("\n");
    if (tag == GUMBO_TAG_PRE) --preformatted_;
    if (tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_TITLE) --hidden_;
  }

  void append(std::string_view text) {
    if (hidden_ > 0) return;
    for (const char c : text) {
      const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
      if (is_space && preformatted_ == 0) {
        space_ = true;
        continue;
      }
      if (space_ && !block_.empty() && block_.back() != ' ') block_ += ' ';
      space_ = false;
      block_ += c;
    }
  }

  // Composed here, block by block, so that marks at the start of a block stay where they are.
  void end_block(std::string_view separator) {
    space_ = false;
    std::string& text = document_.text;
    if (block_.find_first_not_of(" \n\t\r\f\v") != std::string::npos) {
      text += to_nfc(block_);
      text += '\n';
    }
    block_.clear();
    if (separator.size() == 2 && !text.empty() && !text.ends_with("\n\n")) text += '\n';
  }

  void note_heading(int level) {
    if (hidden_ > 0 || block_.find_first_not_of(" \n\t\r\f\v") == std::string::npos) return;
    std::string heading = to_nfc(block_);
    std::replace(heading.begin(), heading.end(), '\n', ' ');
    path_.enter(level, heading);
    if (document_.title.empty()) document_.title = heading;
    document_.marks.push_back({document_.text.size(), 0, path_.text()});
  }

  void read_title(const GumboNode* node) {
    const GumboVector& children = node->v.element.children;
    std::string title;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(children.data[i]);
      if (child->type == GUMBO_NODE_TEXT) title += child->v.text.text;
    }
    std::string squashed;
    for (const char c : title) {
      const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
      if (!is_space) squashed += c;
      if (is_space && !squashed.empty() && squashed.back() != ' ') squashed += ' ';
    }
    if (squashed.ends_with(' ')) squashed.pop_back();
    if (!squashed.empty()) document_.title = to_nfc(squashed);
  }

  Document document_;
  HeadingPath path_;
  std::string block_;  // the text of the block that is open
  bool space_ = false;
  int preformatted_ = 0, hidden_ = 0;
};

// Gumbo takes time quadratic in the nesting and frees its tree by recursion.
constexpr std::size_t kMostNested = 2000;

// Elements that are left open in good pages: they end by themselves.
bool may_stay_open(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "p",   "li", "dt", "dd",   "tr",   "td",    "th",    "br",    "hr",     "img",    "input",
      "col", "rp", "rt", "link", "meta", "thead", "tbody", "tfoot", "option", "source", "area"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::size_t deepest_nesting(std::string_view html) {
  std::size_t depth = 0, deepest = 0;
  for (std::size_t at = html.find('<'); at < html.size(); at = html.find('<', at + 1)) {
    const bool closes = html.substr(at + 1).starts_with('/');
    std::string name;
    for (std::size_t i = at + (closes ? 2 : 1); i < html.size() && name.size() < 12; ++i) {
      const char c = static_cast<char>(html[i] | 0x20);
      if (c < 'a' || c > 'z') break;
      name += c;
    }
    if (name.empty() || may_stay_open(name)) continue;
    if (closes) {
      depth -= depth > 0 ? 1 : 0;
    } else {
      deepest = std::max(deepest, ++depth);
    }
  }
  return deepest;
}

}  // namespace

Document read_html(const std::filesystem::path& file) {
  const std::string html = read_utf8(file);
  if (deepest_nesting(html) > kMostNested) {
    throw Error("elements nested deeper than any page needs", file.string(), "leave this file out");
  }
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const auto destroy = [&](GumboOutput* output) { gumbo_destroy_output(&options, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> output(
      gumbo_parse_with_options(&options, html.data(), html.size()), destroy);
  return Extractor().extract(output->root);
}

}  // namespace quadrant
