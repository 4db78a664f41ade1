// Forms that answers cannot leave: what may follow is exactly what can still become an answer.
#include "harness/metrics/answer_form.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "harness/core/error.h"
#include "harness/core/token_table.h"
#include "harness/metrics/pattern_form.h"
#include "harness/metrics/schema.h"
#include "harness/metrics/schema_pattern.h"

using namespace quadrant;

namespace {

// The state behind a text; kNone where the text cannot begin an answer.
int state_after(AnswerForm& form, const std::string& text) {
  int state = form.start();
  for (const char byte : text) {
    if (state == AnswerForm::kNone) return state;
    state = form.next(state, static_cast<unsigned char>(byte));
  }
  return state;
}

bool is_whole(AnswerForm& form, const std::string& text) {
  const int state = state_after(form, text);
  return state != AnswerForm::kNone && form.is_complete(state);
}

// Do some bytes lead from here to the end of an answer?
bool can_end(AnswerForm& form, int from) {
  std::set<int> seen{from};
  std::vector<int> waiting{from};
  while (!waiting.empty()) {
    const int state = waiting.back();
    waiting.pop_back();
    if (form.is_complete(state)) return true;
    for (int byte = 0; byte < 256; ++byte) {
      const int next = form.next(state, static_cast<unsigned char>(byte));
      if (next != AnswerForm::kNone && seen.insert(next).second) waiting.push_back(next);
    }
  }
  return false;
}

void extend(const std::vector<std::string>& letters, int more, const std::string& text,
            std::vector<std::string>& texts) {
  texts.push_back(text);
  for (const std::string& letter : letters) {
    if (more > 0) extend(letters, more - 1, text + letter, texts);
  }
}

Item with_meta(const std::string& key, const std::string& value) {
  Item item;
  item.id = "t1";
  item.meta = {{key, value}};
  return item;
}

std::string error_of(const nlohmann::json& schema) {
  try {
    schema_pattern(schema);
  } catch (const Error& error) {
    return error.problem() + " | " + error.where();
  }
  return "";
}

// Every beginning of the tokens is there, and some share their first bytes.
class FakeTokenizer : public Tokenizer {
 public:
  TokenIds encode(const MarkedText&) const override { return {}; }
  std::string decode(std::span<const std::int32_t>) const override { return ""; }
  std::string hash() const override { return "fake"; }
  std::vector<std::string> token_bytes() const override {
    return {"",  "a",   "ab", "abc", "b",  "ba", "\xC3", "\xA9", "a\xC3",
            "é", "ééa", "éb", "c",   "aa", "",   "가",   "\xEA"};
  }
};

}  // namespace

// By brute force over all short texts: the beginnings of those that match, and nothing else. Byte
// by byte, so that half a character counts as a beginning too.
TEST_CASE("a byte may follow exactly when some answer of the form goes on with it") {
  std::vector<std::string> texts;
  extend({"a", "b", "é", "가"}, 5, "", texts);
  for (const char* source : {"a*b", "(ab|aé)+", "[^a]{2}", "a.b", "é가?", "(a|)b{1,2}", "[a-c]é*",
                             "^ab$", "a|b*", "(^a|b)b", "(a$|b)b", "\\W\\w", "[]a|b"}) {
    CAPTURE(source);
    const Pattern pattern(source);
    PatternForm form{Pattern(source)};
    std::set<std::string> beginnings;
    for (const std::string& text : texts) {
      const bool matches = pattern.matches(text);
      CHECK_MESSAGE(is_whole(form, text) == matches, text);
      if (!matches) continue;
      for (std::size_t end = 0; end <= text.size(); ++end) beginnings.insert(text.substr(0, end));
    }
    std::set<int> checked;  // most texts begin alike
    for (const std::string& text : texts) {
      for (std::size_t end = 0; end <= text.size() && text.size() < 5; ++end) {
        const std::string begun = text.substr(0, end);
        const int state = state_after(form, begun);
        if (beginnings.count(begun)) CHECK_MESSAGE(state != AnswerForm::kNone, begun);
        if (state != AnswerForm::kNone && checked.insert(state).second) {
          CHECK_MESSAGE(can_end(form, state), begun);
        }
      }
    }
  }
}

TEST_CASE("what cannot become an answer is no state") {
  const auto dies = [](const char* source, const std::string& text) {
    PatternForm form{Pattern(source)};
    return state_after(form, text) == AnswerForm::kNone;
  };
  CHECK(dies("ab", "b"));
  CHECK(dies("ab", "aa"));
  CHECK(dies("ab", "abc"));
  CHECK(dies("[0-9]{4}", "12a"));
  CHECK(dies("a[]|b", "a"));               // a set without characters never matches
  CHECK(dies("a(^b|c)", "ab"));            // no text begins in its middle
  CHECK(dies("[가-나]", "\xEA\xB0\x7F"));  // no continuation byte
  CHECK(dies("[a-z]", "\xC3"));            // no character of the set begins so
  CHECK(dies(".", "\xC0"));                // never in UTF-8
  CHECK(dies(".", "\xE0\x80"));            // longer than need be
  CHECK(dies(".", "\xED\xA0"));            // surrogates
  CHECK(dies(".", "\xF4\x90"));            // beyond Unicode
  CHECK_FALSE(dies("[가-나]", "\xEA\xB0"));
  CHECK_FALSE(dies(".", "\xF0\x9F\x98"));
  CHECK_FALSE(dies("\\S", "\xEA"));
}

TEST_CASE("the mask of a vocabulary is what each token does alone") {
  const FakeTokenizer tokenizer;
  const TokenTable table(tokenizer);
  const auto bytes = tokenizer.token_bytes();
  for (const char* source : {"a*b", "(ab|é)+", "é[ab]", "가", ".*", "aab|abc"}) {
    CAPTURE(source);
    PatternForm form{Pattern(source)};
    for (const std::string& begun : {std::string(), std::string("a"), std::string("\xC3")}) {
      const int state = state_after(form, begun);
      if (state == AnswerForm::kNone) continue;
      const std::vector<char> mask = table.allowed(form, state);
      REQUIRE(mask.size() == bytes.size());
      for (std::size_t id = 0; id < bytes.size(); ++id) {
        CAPTURE(id);
        const bool alive = state_after(form, begun + bytes[id]) != AnswerForm::kNone;
        CHECK(static_cast<bool>(mask[id]) == (!bytes[id].empty() && alive));
      }
    }
  }
  struct Mute : FakeTokenizer {
    std::vector<std::string> token_bytes() const override { return {}; }
  };
  CHECK_THROWS_AS(TokenTable{Mute()}, Error);
}

TEST_CASE("schemas as patterns: what matches is JSON that fits") {
  struct Row {
    const char* schema;
    std::vector<std::string> good, bad;
  };
  const Row rows[] = {
      {R"({"type": "boolean"})", {"true", "false"}, {"1", "True", "\"true\""}},
      {R"({"enum": ["a.b", "c|\"d", 5, null]})",
       {R"("a.b")", R"("c|\"d")", "5", "null"},
       {R"("aXb")", "6"}},
      {R"({"const": {"b": 1, "a": "x"}})", {R"({"a":"x","b":1})"}, {R"({"b":1,"a":"x"})"}},
      {R"({"type": "integer"})", {"0", "-7", "120"}, {"01", "1.5", "-"}},
      {R"({"type": "integer", "minimum": 0})", {"0", "12"}, {"-1"}},
      {R"({"type": "number"})", {"0.5", "-3", "10.25"}, {".5", "1.", "1e5"}},
      {R"({"type": "string", "minLength": 2, "maxLength": 3})",
       {R"("ab")", R"("한글로")"},
       {R"("a")", R"("abcd")", R"("a"b")", "\"a\nb\""}},
      {R"({"type": "string", "pattern": "^TK-(?:1|2)[0-9]{2}$"})",
       {R"("TK-199")"},
       {R"("TK-399")", R"("xTK-199")"}},
      {R"({"type": ["null", "integer"]})", {"null", "3"}, {"\"3\""}},
      {R"({"anyOf": [{"type": "null"}, {"const": "x"}]})", {"null", R"("x")"}, {"x"}},
      {R"({"type": "array", "items": {"type": "integer"}})", {"[]", "[1]", "[1,2]"}, {"[1,]"}},
      {R"({"type": "array", "items": {"enum": [1]}, "minItems": 2, "maxItems": 3})",
       {"[1,1]", "[1,1,1]"},
       {"[]", "[1]", "[1,1,1,1]"}},
      {R"({"type": "array", "items": {"type": "null"}, "maxItems": 0})", {"[]"}, {"[null]"}},
      {R"({"type": "object"})", {"{}"}, {R"({"a":1})"}},
      {R"({"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2},
          "c": {"const": 3}}, "required": ["b"]})",
       {R"({"b":2})", R"({"a":1,"b":2})", R"({"b":2,"c":3})", R"({"a":1,"b":2,"c":3})"},
       {"{}", R"({"a":1})", R"({"a":1,"c":3})", R"({"b":2,"a":1})", R"({"b":2,})"}},
      {R"({"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}}})",
       {"{}", R"({"a":1})", R"({"b":2})", R"({"a":1,"b":2})"},
       {R"({"a":1"b":2})"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    const auto schema = nlohmann::json::parse(row.schema);
    check_schema(schema);
    const auto form = answer_form(with_meta("schema", row.schema));
    for (const std::string& text : row.good) {
      CAPTURE(text);
      CHECK(is_whole(*form, text));
      CHECK(fits_schema(schema, nlohmann::json::parse(text)));
    }
    for (const std::string& text : row.bad) CHECK_FALSE_MESSAGE(is_whole(*form, text), text);
  }
}

TEST_CASE("what no answer can be held to is refused by name") {
  const auto refused = [](const char* schema, const char* what) {
    const std::string error = error_of(nlohmann::json::parse(schema));
    CHECK_MESSAGE(error.find(what) != std::string::npos, error);
  };
  refused(R"({"not": {"type": "null"}})", "\"not\"");
  refused(R"({"type": "number", "maximum": 5})", "#/maximum");
  refused(R"({"type": "integer", "minimum": 3})", "but 0");
  refused(R"({"type": "array", "items": {"type": "null"}, "uniqueItems": true})", "uniqueItems");
  refused(R"({"type": "array"})", "items");
  refused(R"({"type": "string", "pattern": "a+"})", "part of a text");
  refused(R"({"type": "string", "pattern": "^a|b$"})", "part of a text");
  refused(R"({"type": "string", "pattern": "^.$"})", "quotation mark");
  refused(R"({"type": "object", "required": ["a"]})", "required property");
  refused(R"({"description": "any"})", "names no type");
  refused(R"({"type": "object", "properties": {"a": true}})", "#/properties/a");
  refused(R"({"enum": [1], "type": "string"})", "none of the values");
  CHECK_THROWS_WITH_AS(answer_form(with_meta("regex", "(")), doctest::Contains("item t1"), Error);
  CHECK_THROWS_WITH_AS(answer_form(with_meta("regex", "[]")), doctest::Contains("no text"), Error);
  CHECK(answer_form(with_meta("slice", "x")) == nullptr);
}
