// [tuning.NAME]: what the model becomes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/config/experiment_reader.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

// The texts of `asked` in the order of `known`, so that the same set has the same hash.
std::vector<std::string> in_order(const std::vector<std::string>& asked,
                                  const std::vector<std::string>& known) {
  std::vector<std::string> ordered;
  for (const std::string& name : known) {
    if (std::find(asked.begin(), asked.end(), name) != asked.end()) ordered.push_back(name);
  }
  return ordered;
}

void require_known(const TomlReader& table, const char* key, const std::string& what,
                   const std::vector<std::string>& asked, const std::vector<std::string>& known,
                   const std::string& mend) {
  for (const std::string& name : asked) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = nearest_name(name, known);
    table.fail(key, fmt::format("unknown {} \"{}\"", what, name),
               (near.empty() ? "" : fmt::format("did you mean \"{}\"? ", near)) + mend);
  }
}

std::vector<std::string> read_purposes(TomlReader& table) {
  std::vector<std::string> known = purpose_names(), asked = table.texts("purpose");
  for (const std::string& purpose : purpose_names()) {
    for (const std::string& alias : purpose_aliases(purpose)) {
      known.push_back(alias);
      std::replace(asked.begin(), asked.end(), alias, purpose);
    }
  }
  require_known(table, "purpose", "purpose", asked, known,
                fmt::format("use some of {}", fmt::join(known, ", ")));
  const auto ordered = in_order(asked, purpose_names());
  if (ordered == std::vector<std::string>{"sham"}) {
    table.fail("purpose", "\"sham\" has nothing to be the sham of",
               "name beside it the purposes whose steps and tokens it copies");
  }
  return ordered;
}

// What only some training sets have a use for.
void read_recipe(TomlReader& table, TuningSpec& spec) {
  if (has_purpose(spec, "reading")) {
    spec.distractors = static_cast<int>(table.integer("distractors", spec.distractors, 0, 100));
    spec.gold_share = table.number("gold_share", spec.gold_share, {.most = 1});
  } else {
    for (const char* key : {"distractors", "gold_share"}) {
      table.refuse(key, "remove it, or add \"reading\" to purpose: only it shows passages");
    }
  }
  spec.replay = table.text("replay", spec.replay);
  if (spec.replay.empty()) {
    table.refuse("replay_share", "remove it, or add replay = \"FILE\", the examples to mix in");
  } else {
    spec.replay_share = table.number("replay_share", spec.replay_share,
                                     {.least_allowed = false, .most = 1, .most_allowed = false});
  }
}

std::vector<std::string> read_targets(TomlReader& table) {
  const char* key = "target_modules";
  const auto asked = table.text_or_texts(key, "all-linear");
  if (asked == std::vector<std::string>{"all-linear"}) return {};
  const auto& known = linear_layer_names();
  require_known(
      table, key, "linear layer", asked, known,
      fmt::format("write \"all-linear\", or a list of some of {}", fmt::join(known, ", ")));
  const auto ordered = in_order(asked, known);
  return ordered == known ? std::vector<std::string>{} : ordered;
}

void read_lora(TomlReader& table, TuningSpec& spec) {
  spec.rank = count(table, "rank", spec.rank);
  spec.alpha = table.number("alpha", spec.alpha, {.least = 0, .least_allowed = false});
  spec.dropout = table.number("dropout", spec.dropout, {.most = 1, .most_allowed = false});
  spec.target_modules = read_targets(table);
  spec.use_rslora = table.boolean("use_rslora", spec.use_rslora);
  spec.use_dora = table.boolean("use_dora", spec.use_dora);
  spec.loraplus_lr_ratio =
      table.number("loraplus_lr_ratio", spec.loraplus_lr_ratio, {.least = 1, .most = 1000});
}

}  // namespace

TuningSpec read_tuning(TomlReader table, const std::vector<std::string>& suites) {
  check_name(table);
  if (table.name() == "base") {
    table.fail("", "\"base\" is the untuned model and needs no table", "choose another name");
  }
  TuningSpec spec;
  spec.name = table.name();
  spec.method = table.choice("method", {"lora", "full"});
  spec.purpose = read_purposes(table);
  spec.data = table.text("data", spec.data);
  if (!spec.data.empty()) check_suite(table, "data", spec.data, suites);
  read_recipe(table, spec);
  if (spec.method == "lora") {
    read_lora(table, spec);
  } else {
    for (const char* key : {"rank", "alpha", "dropout", "target_modules", "use_rslora", "use_dora",
                            "loraplus_lr_ratio"}) {
      table.refuse(key, "remove it, or write method = \"lora\": full fine-tuning has no adapter");
    }
  }
  spec.learning_rate =
      table.number("learning_rate", spec.learning_rate, {.least_allowed = false, .most = 1});
  spec.trials = static_cast<int>(table.integer("trials", spec.trials, 1, kMostRates));
  spec.epochs = count(table, "epochs", spec.epochs);
  spec.batch_size = count(table, "batch_size", spec.batch_size);
  spec.warmup_ratio =
      table.number("warmup_ratio", spec.warmup_ratio, {.most = 1, .most_allowed = false});
  spec.lr_scheduler_type =
      table.choice("lr_scheduler_type", schedule_names(), spec.lr_scheduler_type);
  spec.weight_decay = table.number("weight_decay", spec.weight_decay, {.most = 1});
  spec.max_grad_norm = table.number("max_grad_norm", spec.max_grad_norm, {});
  spec.gradient_checkpointing =
      table.boolean("gradient_checkpointing", spec.gradient_checkpointing);
  spec.early_stop = table.boolean("early_stop", spec.early_stop);
  table.finish();
  return spec;
}

}  // namespace quadrant
