// Operators between values, as Python has them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/jinja/interpreter.h"

namespace quadrant::jinja {
namespace {

std::int64_t floor_divide(std::int64_t left, std::int64_t right) {
  const std::int64_t quotient = left / right;
  return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}

// nullopt: too large.
std::optional<std::int64_t> power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  for (std::int64_t i = 0; i < exponent && (result > 1 || result < -1 || i < 2); ++i) {
    if (__builtin_mul_overflow(result, base, &result)) return std::nullopt;
  }
  if ((base == -1 || base == 1) && exponent > 2) return exponent % 2 == 0 ? 1 : base;
  return result;
}

Value integers(const Interpreter& interpreter, char sign, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (sign) {
    case '+':
      overflow = __builtin_add_overflow(left, right, &result);
      break;
    case '-':
      overflow = __builtin_sub_overflow(left, right, &result);
      break;
    case '*':
      overflow = __builtin_mul_overflow(left, right, &result);
      break;
    default:
      // The one quotient of two integers that is no integer of this size.
      overflow = left == INT64_MIN && right == -1;
      if (right == 0) interpreter.refuse("a division by zero");
      if (!overflow) {
        const std::int64_t quotient = floor_divide(left, right);
        result = sign == '%' ? left - quotient * right : quotient;
      }
  }
  if (overflow) interpreter.refuse("a number becomes too large");
  return result;
}

Value numbers(const Interpreter& interpreter, const std::string& name, double left, double right) {
  if (name == "+") return left + right;
  if (name == "-") return left - right;
  if (name == "*") return left * right;
  if (name == "**") return std::pow(left, right);
  if (right == 0) interpreter.refuse("a division by zero");
  if (name == "/") return left / right;
  const double quotient = std::floor(left / right);
  return name == "//" ? quotient : left - quotient * right;
}

Value repeat(Interpreter& interpreter, const Value& value, std::int64_t times) {
  const std::int64_t count = std::max<std::int64_t>(times, 0);
  const auto* text = value.as<Text>();
  const std::size_t size = text ? text->size() : value.list()->items.size();
  constexpr std::int64_t kMost = 1 << 24;
  interpreter.require_size(size == 0 ? 0 : static_cast<std::size_t>(std::min(count, kMost)) * size);
  std::vector<Value> items;
  Text joined;
  for (std::int64_t i = 0; i < count && size > 0; ++i) {
    interpreter.work(text ? 1 : size);
    if (text) {
      joined.append(*text);
    } else {
      items.insert(items.end(), value.list()->items.begin(), value.list()->items.end());
    }
  }
  return text ? Value(std::move(joined)) : interpreter.list(std::move(items));
}

std::optional<Value> add(Interpreter& interpreter, const Value& left, const Value& right) {
  if (const auto* a = left.as<Text>(), *b = right.as<Text>(); a && b) {
    interpreter.require_size(a->size() + b->size());
    Text joined = *a;
    joined.append(*b);
    return joined;
  }
  if (const auto* a = left.list(), *b = right.list(); a && b) {
    interpreter.work(a->items.size() + b->items.size());
    std::vector<Value> items = a->items;
    items.insert(items.end(), b->items.begin(), b->items.end());
    return interpreter.list(std::move(items));
  }
  return std::nullopt;
}

Value arithmetic(Interpreter& interpreter, const std::string& name, const Value& left,
                 const Value& right) {
  if (name == "+") {
    if (auto sum = add(interpreter, left, right)) return *std::move(sum);
  }
  const auto repeatable = [](const Value& value) { return value.as<Text>() || value.list(); };
  if (name == "*" && repeatable(left) && right.as<std::int64_t>()) {
    return repeat(interpreter, left, *right.as<std::int64_t>());
  }
  if (name == "*" && repeatable(right) && left.as<std::int64_t>()) {
    return repeat(interpreter, right, *left.as<std::int64_t>());
  }
  const auto a = number_of(left), b = number_of(right);
  if (!a || !b) {
    for (const Value* side : {&left, &right}) {
      if (const auto* unknown = side->as<Undefined>()) {
        interpreter.refuse(fmt::format("\"{}\" is not defined", unknown->name));
      }
    }
    interpreter.refuse(fmt::format("{} {} {} is not supported", left.kind(), name, right.kind()));
  }
  if (left.as<double>() || right.as<double>() || name == "/") {
    return numbers(interpreter, name, *a, *b);
  }
  const auto whole = [](const Value& value) -> std::int64_t {
    return value.as<bool>() ? *value.as<bool>() : *value.as<std::int64_t>();
  };
  if (name != "**") return integers(interpreter, name[0], whole(left), whole(right));
  if (whole(right) < 0) return numbers(interpreter, name, *a, *b);
  const auto result = power(whole(left), whole(right));
  if (!result) interpreter.refuse("a number becomes too large");
  return *result;
}

}  // namespace

bool less(const Interpreter& interpreter, const Value& left, const Value& right) {
  const auto a = number_of(left), b = number_of(right);
  if (a && b) return *a < *b;
  const auto *text = left.as<Text>(), *other = right.as<Text>();
  if (text && other) return text->bytes() < other->bytes();
  const auto *list = left.list(), *other_list = right.list();
  if (list && other_list) {
    return std::ranges::lexicographical_compare(
        list->items, other_list->items,
        [&](const Value& x, const Value& y) { return less(interpreter, x, y); });
  }
  interpreter.refuse(fmt::format("{} and {} have no order", left.kind(), right.kind()));
}

bool contains(const Interpreter& interpreter, const Value& container, const Value& value) {
  if (const auto* text = container.as<Text>()) {
    return text->bytes().find(interpreter.text(value, "look for in a text").bytes()) !=
           std::string::npos;
  }
  if (const auto* list = container.list()) {
    return std::ranges::any_of(list->items, [&](const Value& item) { return equal(item, value); });
  }
  if (const auto* dict = container.dict()) {
    return value.as<Text>() && dict->find(value.as<Text>()->bytes());
  }
  if (container.is_undefined()) return false;
  interpreter.refuse(fmt::format("nothing can be in {}", container.kind()));
}

Value operate(Interpreter& interpreter, const std::string& name, const Value& left,
              const Value& right) {
  if (name == "==") return equal(left, right);
  if (name == "!=") return !equal(left, right);
  if (name == "<") return less(interpreter, left, right);
  if (name == ">") return less(interpreter, right, left);
  if (name == "<=") return less(interpreter, left, right) || equal(left, right);
  if (name == ">=") return less(interpreter, right, left) || equal(left, right);
  if (name == "in") return contains(interpreter, right, left);
  if (name == "not in") return !contains(interpreter, right, left);
  if (name == "~") {
    Text joined = to_text(left);
    const Text other = to_text(right);
    interpreter.require_size(joined.size() + other.size());
    joined.append(other);
    return joined;
  }
  return arithmetic(interpreter, name, left, right);
}

}  // namespace quadrant::jinja
