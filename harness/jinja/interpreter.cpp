#include "harness/jinja/interpreter.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.h"

namespace quadrant::jinja {
namespace {

constexpr std::size_t kMostSteps = 4'000'000;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;
constexpr int kDeepest = 500;

}  // namespace

Interpreter::Interpreter(const Variables& variables, const Options& options,
                         const std::string& where)
    : options_(options), where_(where), frames_(2) {
  for (const char* name : {"range", "namespace", "raise_exception", "dict"}) {
    frames_[0].insert_or_assign(name, Function{name});
  }
  for (const auto& [name, value] : variables) frames_[0].insert_or_assign(name, value);
}

Text Interpreter::run(const Body& body) {
  Text out;
  execute(body, out);
  return out;
}

void Interpreter::refuse(const std::string& problem) const { fail(problem, where_, line_); }

void Interpreter::work(std::size_t steps) {
  steps_ += steps;
  if (steps_ > kMostSteps) refuse("the template does not come to an end");
}

Interpreter::Level::Level(Interpreter& interpreter) : interpreter_(interpreter) {
  if (++interpreter.depth_ <= kDeepest) return;
  --interpreter.depth_;
  interpreter.refuse("the template goes too deep: does a macro call itself?");
}

void Interpreter::require_size(std::size_t size) const {
  if (size > kMostBytes) refuse("the template makes too long a text");
}

Value Interpreter::list(std::vector<Value> items, bool tuple) const {
  auto made = make_list(std::move(items), tuple);
  if (!made) refuse("a list is too deep or too large, or holds a namespace");
  return *std::move(made);
}

Value Interpreter::dict(std::vector<std::pair<std::string, Value>> entries) const {
  auto made = make_dict(std::move(entries));
  if (!made) refuse("a dictionary is too deep or too large, or holds a namespace");
  return *std::move(made);
}

Interpreter::Flow Interpreter::execute(const Body& body, Text& out) {
  for (const auto& statement : body) {
    const Flow flow = execute(*statement, out);
    if (flow != Flow::kOn) return flow;
  }
  return Flow::kOn;
}

Interpreter::Flow Interpreter::execute(const Statement& statement, Text& out) {
  using Kind = Statement::Kind;
  const Level level(*this);
  work();
  line_ = statement.line;
  switch (statement.kind) {
    case Kind::kData:
    case Kind::kOutput:
      print(statement.expression ? evaluate(*statement.expression) : statement.value, out);
      return Flow::kOn;
    case Kind::kIf:
      return execute(truth(evaluate(*statement.expression)) ? statement.body : statement.otherwise,
                     out);
    case Kind::kFor:
      return loop(statement, out);
    case Kind::kSet:
      assign(statement);
      return Flow::kOn;
    case Kind::kMacro:
      frames_.back().insert_or_assign(statement.macro->name, MacroRef{statement.macro.get()});
      return Flow::kOn;
    case Kind::kSequence:
      return execute(statement.body, out);
    case Kind::kBreak:
      return Flow::kBreak;
    case Kind::kContinue:
      return Flow::kContinue;
  }
  throw Bug("unknown statement of a template");
}

void Interpreter::print(const Value& value, Text& out) {
  require_defined(value);
  work_through(value);
  out.append(to_text(value));
  require_size(out.size());
}

void Interpreter::require_defined(const Value& value) const {
  const auto* unknown = value.as<Undefined>();
  if (!unknown || !options_.strict_undefined || unknown->name.empty()) return;
  refuse(fmt::format("\"{}\" is not defined", unknown->name));
}

bool Interpreter::truth(const Value& value) const {
  require_defined(value);
  return is_true(value);
}

void Interpreter::bind(const Statement& statement, const Value& value) {
  Frame& frame = frames_.back();
  if (statement.names.size() == 1) {
    frame.insert_or_assign(statement.names[0], value);
    return;
  }
  const std::vector<Value> parts = items_of(value, "unpack");
  if (parts.size() != statement.names.size()) {
    refuse(fmt::format("{} values for {} loop variables", parts.size(), statement.names.size()));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    frame.insert_or_assign(statement.names[i], parts[i]);
  }
}

Interpreter::Flow Interpreter::loop(const Statement& statement, Text& out) {
  std::vector<Value> items = items_of(evaluate(*statement.expression), "loop over");
  if (statement.condition) {
    std::vector<Value> kept;
    for (const Value& item : items) {
      work();
      frames_.emplace_back();
      bind(statement, item);
      if (truth(evaluate(*statement.condition))) kept.push_back(item);
      frames_.pop_back();
    }
    items = std::move(kept);
  }
  if (items.empty()) return execute(statement.otherwise, out);
  const auto size = static_cast<std::int64_t>(items.size());
  for (std::int64_t i = 0; i < size; ++i) {
    work(4);
    frames_.emplace_back();
    bind(statement, items[i]);
    std::vector<std::pair<std::string, Value>> state{
        {"index", i + 1},       {"index0", i},
        {"revindex", size - i}, {"revindex0", size - i - 1},
        {"first", i == 0},      {"last", i + 1 == size},
        {"length", size}};
    if (i > 0) state.emplace_back("previtem", items[i - 1]);
    if (i + 1 < size) state.emplace_back("nextitem", items[i + 1]);
    // Items may be anything a list holds, so no check of theirs is needed again.
    if (auto made = make_dict(std::move(state))) frames_.back().insert_or_assign("loop", *made);
    const Flow flow = execute(statement.body, out);
    frames_.pop_back();
    if (flow == Flow::kBreak) break;
  }
  return Flow::kOn;
}

void Interpreter::assign(const Statement& statement) {
  Value value;
  if (statement.expression) {
    value = evaluate(*statement.expression);
  } else {
    frames_.emplace_back();
    Text written;
    execute(statement.body, written);
    frames_.pop_back();
    value = written;
  }
  if (statement.names.size() == 1) {
    frames_.back().insert_or_assign(statement.names[0], std::move(value));
    return;
  }
  const Value target = look_up(statement.names[0]);
  if (!is_namespace(target)) {
    refuse(fmt::format("\"{}\" is no namespace: its attributes cannot be set", statement.names[0]));
  }
  if (is_namespace(value)) refuse("a namespace cannot hold a namespace");
  auto& entries = (*target.as<std::shared_ptr<Dict>>())->entries;
  const auto found =
      std::ranges::find(entries, statement.names[1], &std::pair<std::string, Value>::first);
  if (found == entries.end()) {
    entries.emplace_back(statement.names[1], std::move(value));
  } else {
    found->second = std::move(value);
  }
}

Value Interpreter::look_up(const std::string& name) const {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    const auto found = frame->find(name);
    if (found != frame->end()) return found->second;
  }
  return Undefined{name};
}

Value Interpreter::call_macro(const Macro& macro, const Arguments& arguments) {
  if (arguments.values.size() > macro.parameters.size()) {
    refuse(fmt::format("too many arguments for the macro \"{}\"", macro.name));
  }
  // A macro sees the template's own variables, not those of loops around its call.
  std::vector<Frame> outside(std::make_move_iterator(frames_.begin() + 2),
                             std::make_move_iterator(frames_.end()));
  frames_.resize(2);
  Frame frame;
  for (std::size_t i = 0; i < macro.parameters.size(); ++i) {
    const auto& [name, otherwise] = macro.parameters[i];
    const Value* given = arguments.find(i, name);
    frame[name] = given ? *given : otherwise ? evaluate(*otherwise) : Value(Undefined{name});
  }
  for (const auto& [name, value] : arguments.keywords) {
    if (!frame.contains(name)) {
      refuse(fmt::format("the macro \"{}\" has no parameter \"{}\"", macro.name, name));
    }
  }
  frames_.push_back(std::move(frame));
  Text out;
  execute(macro.body, out);
  frames_.resize(2);
  frames_.insert(frames_.end(), std::make_move_iterator(outside.begin()),
                 std::make_move_iterator(outside.end()));
  return out;
}

}  // namespace quadrant::jinja
