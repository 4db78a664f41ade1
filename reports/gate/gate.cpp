#include "reports/gate/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"
#include "reports/gate/measure.h"
#include "reports/gate/tokens.h"
#include "reports/text/columns.h"

namespace quadrant {
namespace {

using Kind = GateToken::Kind;

Truth truth(bool value) { return value ? Truth::kYes : Truth::kNo; }

Truth negated(Truth value) { return value == Truth::kUnknown ? value : truth(value == Truth::kNo); }

// Kleene's: one side can decide without the other.
Truth either(Truth a, Truth b) {
  if (a == Truth::kYes || b == Truth::kYes) return Truth::kYes;
  return a == Truth::kUnknown || b == Truth::kUnknown ? Truth::kUnknown : Truth::kNo;
}

Truth both(Truth a, Truth b) { return negated(either(negated(a), negated(b))); }

bool compare_numbers(double a, const std::string& op, double b) {
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  return op == ">" ? a > b : a >= b;
}

// Reads and measures in one pass: every name is looked up, whatever the other side of an `or` says.
class Checker {
 public:
  Checker(const ReportModel& model, const std::string& text, std::vector<Measurement>& measured)
      : model_(model), text_(text), tokens_(gate_tokens(text)), measured_(measured) {}

  Truth check() {
    const Truth result = any();
    if (look().kind != Kind::kEnd) expected("and, or, or the end");
    return result;
  }

 private:
  static constexpr int kDeepest = 50;

  const GateToken& look() const { return tokens_[at_]; }
  GateToken take() { return tokens_[look().kind == Kind::kEnd ? at_ : at_++]; }
  bool take_symbol(const char* symbol) {
    if (!look().is(symbol)) return false;
    ++at_;
    return true;
  }
  bool take_word(const char* word) {
    if (!look().is_word(word)) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void fail(std::size_t at, const std::string& problem, const std::string& mend) {
    fail_requirement(text_, at, problem, mend);
  }
  [[noreturn]] void expected(const std::string& what) {
    fail(look().at, "cannot read the requirement from here", "expected " + what);
  }

  Truth any() {
    Truth result = all();
    while (take_word("or")) result = either(result, all());
    return result;
  }

  Truth all() {
    Truth result = part();
    while (take_word("and")) result = both(result, part());
    return result;
  }

  Truth part() {
    if (++depth_ > kDeepest) {
      fail(look().at, fmt::format("more than {} levels of not and parentheses", kDeepest),
           "use several --require");
    }
    Truth result = Truth::kUnknown;
    if (take_word("not")) {
      result = negated(part());
    } else if (take_symbol("(")) {
      result = any();
      if (!take_symbol(")")) expected("a closing parenthesis");
    } else {
      result = comparison();
    }
    --depth_;
    return result;
  }

  Truth comparison() {
    const GateValue left = value();
    if (left.kind == GateValue::Kind::kFlag) {
      return left.known ? truth(left.flag) : Truth::kUnknown;
    }
    const GateToken op = look();
    static constexpr const char* kOperators[] = {"==", "!=", "<", "<=", ">", ">="};
    if (std::none_of(std::begin(kOperators), std::end(kOperators),
                     [&](const char* known) { return op.is(known); })) {
      expected("one of == != < <= > >=");
    }
    ++at_;
    const GateValue right = value();
    if (left.kind != right.kind) {
      fail(op.at, "the two sides are not of the same kind",
           "compare a number with a number, and a verdict with a text in quotes");
    }
    if (left.kind == GateValue::Kind::kText) return compare_texts(left, op, right);
    if (!left.known || !right.known) return Truth::kUnknown;
    return truth(compare_numbers(left.number, op.text, right.number));
  }

  Truth compare_texts(const GateValue& left, const GateToken& op, const GateValue& right) {
    if (op.text != "==" && op.text != "!=") {
      fail(op.at, "verdicts have no order", "compare them with == or !=");
    }
    // NO VERDICT AT THIS n is what it is called, but it does not say what it is not.
    if (left.text == right.text) return truth(op.text == "==");
    if (!left.known || !right.known) return Truth::kUnknown;
    return truth(op.text == "!=");
  }

  GateValue value() {
    const GateToken token = take();
    GateValue value;
    if (token.kind == Kind::kName) return measure(token);
    if (token.kind == Kind::kNumber || (token.is("-") && look().kind == Kind::kNumber)) {
      value.number = token.kind == Kind::kNumber ? token.number : -take().number;
      value.known = true;
      return value;
    }
    if (token.kind != Kind::kText) {
      fail(token.at, "cannot read the requirement from here",
           "expected a number, a text in quotes, or one of: " + uses());
    }
    const auto& names = verdict_names();
    if (std::find(names.begin(), names.end(), token.text) == names.end()) {
      const std::string nearest = nearest_name(token.text, names);
      fail(token.at, fmt::format("no verdict is called \"{}\"", one_line(token.text)),
           nearest.empty() ? fmt::format("use one of: {}", fmt::join(names, ", "))
                           : fmt::format("did you mean \"{}\"?", nearest));
    }
    value.kind = GateValue::Kind::kText;
    value.text = token.text;
    value.known = true;
    return value;
  }

  static std::string uses() {
    std::string text;
    for (const GateFunction& function : gate_functions()) {
      text += (text.empty() ? "" : ", ") + function.use;
    }
    return text;
  }

  const GateFunction& find_function(const GateToken& token) {
    std::vector<std::string> names;
    for (const GateFunction& function : gate_functions()) {
      if (function.name == token.text) return function;
      names.push_back(function.name);
    }
    const std::string nearest = nearest_name(token.text, names);
    fail(token.at, fmt::format("no value is called \"{}\"", one_line(token.text)),
         nearest.empty() ? "use one of: " + uses() : fmt::format("did you mean {}?", nearest));
  }

  GateValue measure(const GateToken& token) {
    const GateFunction& function = find_function(token);
    std::vector<GateArgument> arguments;
    if (function.most > 0) {
      if (!take_symbol("(")) expected(fmt::format("the parentheses of {}", function.use));
      do {
        arguments.push_back(argument());
      } while (take_symbol(","));
      if (!take_symbol(")")) expected("a comma or a closing parenthesis");
    }
    if (arguments.size() < function.least || arguments.size() > function.most) {
      fail(token.at, fmt::format("{} does not take {} names", function.name, arguments.size()),
           "write " + function.use);
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i].minus.empty() || (i == 1 && function.least == 2)) continue;
      fail(arguments[i].at, "a difference has no meaning here", "write " + function.use);
    }
    try {
      GateValue value = function.measure(model_, arguments);
      const std::size_t end = tokens_[at_ - 1].at + (function.most > 0 ? 1 : token.text.size());
      measured_.push_back({text_.substr(token.at, end - token.at), value.shown});
      return value;
    } catch (const GateProblem& problem) {
      fail(problem.at, one_line(problem.problem), one_line(problem.mend));
    }
  }

  GateArgument argument() {
    GateArgument argument;
    argument.at = look().at;
    argument.name = name();
    if (take_symbol("-")) {
      argument.minus_at = look().at;
      argument.minus = name();
    }
    return argument;
  }

  std::string name() {
    std::string joined;
    do {
      const GateToken token = take();
      const bool is_name = token.kind == Kind::kName || token.kind == Kind::kText;
      if (!is_name || token.text.empty()) {
        fail(token.at, "cannot read the requirement from here",
             "expected a name; one that begins with a digit stands in quotes");
      }
      joined += (joined.empty() ? "" : " + ") + token.text;
    } while (take_symbol("+"));
    return joined;
  }

  const ReportModel& model_;
  const std::string& text_;
  std::vector<GateToken> tokens_;
  std::vector<Measurement>& measured_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

RequirementResult check_requirement(const ReportModel& model, const std::string& requirement) {
  RequirementResult result;
  result.requirement = requirement;
  result.truth = Checker(model, requirement, result.measured).check();
  return result;
}

std::string gate_text(const std::vector<RequirementResult>& results, int columns) {
  std::string text;
  std::size_t held = 0;
  for (const RequirementResult& result : results) {
    held += result.holds();
    const char* word = result.holds()                    ? "pass"
                       : result.truth == Truth::kUnknown ? "FAIL (not known)"
                                                         : "FAIL";
    text += wrapped(fmt::format("{}: {}", word, result.requirement), columns, 0, 6);
    for (const Measurement& measurement : result.measured) {
      text += wrapped(fmt::format("{} = {}", measurement.what, measurement.value), columns, 6, 2);
    }
  }
  return text + fmt::format("{} of {} requirements hold\n", held, results.size());
}

}  // namespace quadrant
