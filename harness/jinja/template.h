// Jinja templates (jinja2 3.1): the part of the language that chat templates and lm-eval tasks use.
//
// Goals: the text is byte for byte that of Python's jinja2, every byte of it is known to be the
// template's own or not, and neither a template nor its data can make the program run for ever or
// without bound. Non-goals: HTML escaping, including other templates, changing values. What is
// left out is an Error that names the construct and its line. `tojson` is that of transformers,
// which leaves < and ' and all characters beyond ASCII as they are.
#pragma once

#include <string>
#include <string_view>

#include "harness/jinja/interpreter.h"

namespace quadrant::jinja {

class Template {
 public:
  // `where` names the template in errors. Error for what cannot be parsed.
  Template(std::string_view source, std::string where, Options options);
  Template(const Template&) = delete;  // its macros are pointed to

  // Error when the template raises one, uses something unknown, or does not come to an end.
  Text render(const Variables& variables) const;

  // A template that is one {{ expression }} gives the expression's value, any other its text.
  Value evaluate(const Variables& variables) const;

 private:
  std::string where_;
  Options options_;
  Body body_;
};

}  // namespace quadrant::jinja
