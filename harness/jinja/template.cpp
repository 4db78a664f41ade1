#include "harness/jinja/template.h"

namespace quadrant::jinja {

Template::Template(std::string_view source, std::string where, Options options)
    : where_(std::move(where)), options_(options), body_(parse(source, options_, where_)) {}

Text Template::render(const Variables& variables) const {
  return Interpreter(variables, options_, where_).run(body_);
}

Value Template::evaluate(const Variables& variables) const {
  if (body_.size() == 1 && body_[0]->kind == Statement::Kind::kOutput) {
    Interpreter interpreter(variables, options_, where_);
    Value value = interpreter.evaluate(*body_[0]->expression);
    interpreter.require_defined(value);
    return value;
  }
  return render(variables);
}

}  // namespace quadrant::jinja
