#include <doctest/doctest.h>

#include "harness/core/error.h"
#include "harness/jinja/template.h"
#include "lm_files.h"

namespace quadrant {
namespace {

using jinja::Template;

constexpr jinja::Options kChat{.trim_blocks = true, .lstrip_blocks = true};
constexpr jinja::Options kStrict{.keep_trailing_newline = true, .strict_undefined = true};

std::string render(const std::string& source, const jinja::Variables& variables = {}) {
  return Template(source, "test", kChat).render(variables).bytes();
}

std::string complaint(const std::string& source) {
  try {
    render(source);
  } catch (const Error& error) {
    CHECK_FALSE(error.mend().empty());
    return error.problem() + " @ " + error.where();
  }
  return "none";
}

}  // namespace

TEST_CASE("every construct prints what Python's jinja2 prints, or fails where it fails") {
  const auto file = golden("jinja.json");
  jinja::Variables variables;
  for (const auto& [name, value] : file.at("variables").items()) {
    variables.emplace_back(name, jinja::from_json(value));
  }
  REQUIRE(file.at("cases").size() > 50);
  for (const auto& expected : file.at("cases")) {
    const auto source = expected.at("template").get<std::string>();
    CAPTURE(source);
    for (const auto& [name, options] :
         {std::pair<std::string, jinja::Options>("chat", kChat), {"strict", kStrict}}) {
      CAPTURE(name);
      const auto& text = expected.at(name);
      if (text.is_null()) {
        CHECK_THROWS_AS(Template(source, "test", options).render(variables), Error);
      } else {
        try {
          CHECK(Template(source, "test", options).render(variables).bytes() ==
                text.get<std::string>());
        } catch (const Error& error) {
          FAIL_CHECK(error.what());
        }
      }
    }
  }
}

TEST_CASE("what is not known is named, with its line") {
  CHECK(complaint("a\n{{ 1 | frobnicate }}") ==
        "the filter \"frobnicate\" is not supported @ test, line 2");
  CHECK(complaint("\n\n{{ 1 is frob }}") == "the test \"frob\" is not supported @ test, line 3");
  CHECK(complaint("{% include 'x' %}") == "{% include %} is not supported @ test, line 1");
  CHECK(complaint("{{ 'x'.encode() }}") ==
        "the method \"encode\" of a text is not supported @ test, line 1");
  CHECK(complaint("{{ strftime_now('%Y') }}") ==
        "the function \"strftime_now\" is not supported @ test, line 1");
  CHECK(complaint("{% if strftime_now is defined %}{{ 1 | frob }}{% endif %}") == "none");
  CHECK(complaint("{{ raise_exception('No system role') }}") ==
        "the template refuses its input: No system role @ test, line 1");
  CHECK(complaint("{{ x.y }}") == "\"x\" is not defined, so it has no \"y\" @ test, line 1");
  CHECK(complaint("{% for a in b recursive %}{% endfor %}") ==
        "recursive loops are not supported @ test, line 1");
}

TEST_CASE("a template can neither run nor grow for ever") {
  const std::string endless[] = {
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
      "{{ 'x' * 100000000000 }}",
      "{% set ns = namespace(s='x') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}"
      "{% endfor %}",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor "
      "%}",
      "{{ range(99999999999) | list }}",
      "{% set ns = namespace() %}{% set ns.a = ns %}",
      "{% set ns = namespace() %}{% set ns.a = [ns] %}",
      "{{ " + std::string(5000, '(') + "1" + std::string(5000, ')') + " }}",
      "{{ " + std::string(5000, '-') + "1 }}",
      "{{ 9223372036854775807 + 1 }}",
      "{{ (-9223372036854775807 - 1) // -1 }}",
      "{{ 'a'.replace('', 'b' * 10000000) }}"};
  for (const std::string& source : endless) {
    CAPTURE(source.substr(0, 80));
    CHECK(complaint(source) != "none");
  }
}

TEST_CASE("what transformers adds to Jinja") {
  CHECK(render("a{% generation %}b{% endgeneration %}c") == "abc");
}

TEST_CASE("a template of one expression has a value") {
  const jinja::Variables variables{{"n", jinja::Value(2)}};
  CHECK(*Template("{{ n + 1 }}", "t", kStrict).evaluate(variables).as<std::int64_t>() == 3);
  CHECK(Template("{{ ['a', n] }}", "t", kStrict).evaluate(variables).list()->items.size() == 2);
  CHECK(Template("x{{ n }}", "t", kStrict).evaluate(variables).as<jinja::Text>()->bytes() == "x2");
}

}  // namespace quadrant
