// corpus.jsonl, train.jsonl, dev.jsonl, test.jsonl.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "datasets/json_fields.h"
#include "datasets/suite_files.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr int kMostStages = 1000;

std::vector<Message> read_messages(const JsonFields& fields) {
  const nlohmann::json& list = fields.value("messages");
  const std::string mend =
      R"(write "messages": [{"role": "user", "content": "..."}, {"role": "assistant", ...}])";
  if (!list.is_array() || list.empty()) fields.fail("\"messages\" must be a list", mend);
  std::vector<Message> messages;
  for (const nlohmann::json& entry : list) {
    const JsonFields message(entry, fields.where());
    messages.push_back({message.text("role"), message.text("content")});
    const std::string& role = messages.back().role;
    if (role != "system" && role != "user" && role != "assistant") {
      fields.fail(fmt::format("unknown role \"{}\"", role), "use system, user or assistant");
    }
  }
  if (messages.back().role != "assistant") {
    fields.fail("the last message is not the assistant's, so there is nothing to learn", mend);
  }
  return messages;
}

TrainingExample::Kind example_kind(const JsonFields& fields) {
  using Kind = TrainingExample::Kind;
  struct Form {
    Kind kind;
    std::vector<std::string> keys;
  };
  static const std::vector<Form> kForms{{Kind::kText, {"text"}},
                                        {Kind::kQuestionAnswer, {"question", "answer"}},
                                        {Kind::kPromptCompletion, {"prompt", "completion"}},
                                        {Kind::kMessages, {"messages"}}};
  const std::string mend =
      R"(use one of {"text"}, {"question", "answer"}, {"prompt", "completion"}, {"messages"})";
  const Form* chosen = nullptr;
  for (const Form& form : kForms) {
    const bool here = std::any_of(form.keys.begin(), form.keys.end(),
                                  [&](const std::string& key) { return fields.has(key); });
    if (here && chosen) {
      fields.fail(fmt::format("this line has both \"{}\" and \"{}\": which one is to be learnt?",
                              chosen->keys[0], form.keys[0]),
                  mend);
    }
    if (here) chosen = &form;
  }
  if (!chosen) fields.fail("this line is no training example", mend);
  return chosen->kind;
}

int read_stage(const JsonFields& fields) {
  if (!fields.has("stage")) return 1;
  const nlohmann::json& stage = fields.value("stage");
  const bool fits =
      stage.is_number_integer() && stage.get<double>() >= 1 && stage.get<double>() <= kMostStages;
  if (!fits) {
    fields.fail(fmt::format("\"stage\" is {}", stage.dump()),
                fmt::format("write a whole number from 1 to {}, or leave it out", kMostStages));
  }
  return stage.get<int>();
}

TrainingExample read_example(const JsonFields& fields) {
  using Kind = TrainingExample::Kind;
  TrainingExample example;
  example.kind = example_kind(fields);
  example.cluster = fields.text_or_empty("cluster");
  example.stage = read_stage(fields);
  example.line = fields.line();
  switch (example.kind) {
    case Kind::kText:
      example.text = fields.text("text");
      break;
    case Kind::kQuestionAnswer:
      example.question = fields.text("question");
      example.answer = fields.text("answer");
      break;
    case Kind::kPromptCompletion:
      example.prompt = fields.text("prompt");
      example.completion = fields.text("completion");
      break;
    case Kind::kMessages:
      example.messages = read_messages(fields);
      break;
  }
  return example;
}

void read_choices(const JsonFields& fields, const std::string& kind, Item& item) {
  item.choices = fields.texts("choices");
  if (item.choices.empty()) {
    if (kind == "choice") {
      fields.fail("\"choices\" is missing or empty in a choice suite",
                  R"(add "choices": ["...", "..."] and "answer": 0)");
    }
    if (fields.has("answer")) {
      fields.fail("\"answer\" is an index into \"choices\", and there are none",
                  "add \"choices\", or write the accepted answers as \"targets\"");
    }
    return;
  }
  const std::string mend = fmt::format(
      "write \"answer\": the place of the right choice, from 0 to {}", item.choices.size() - 1);
  if (!fields.has("answer")) fields.fail("\"choices\" without \"answer\"", mend);
  const nlohmann::json& answer = fields.value("answer");
  if (!answer.is_number_integer()) {
    fields.fail(
        fmt::format("\"answer\" must be a whole number, but this is {}", answer.type_name()), mend);
  }
  // Compared as a wide number: a huge value must not wrap into the range.
  const double index = answer.get<double>();
  if (index < 0 || index >= static_cast<double>(item.choices.size())) {
    fields.fail(fmt::format("\"answer\" is {}, out of range", answer.dump()), mend);
  }
  item.answer = answer.get<int>();
}

void read_meta(const JsonFields& fields, Item& item) {
  static const std::set<std::string> kKnown{"id",     "question",  "targets", "choices",
                                            "answer", "gold_docs", "cluster", "meta"};
  if (fields.has("meta")) {
    const nlohmann::json& meta = fields.value("meta");
    if (!meta.is_object()) {
      fields.fail(fmt::format("\"meta\" must be an object, but this is {}", meta.type_name()),
                  R"(write "meta": {"slice": "..."})");
    }
    const JsonFields entries(meta, fields.where());
    for (const std::string& key : entries.keys()) item.meta[key] = entries.as_text(key);
  }
  for (const std::string& key : fields.keys()) {
    if (!kKnown.count(key)) item.meta.emplace(key, fields.as_text(key));
  }
}

Item read_item(const JsonFields& fields, const std::string& kind) {
  Item item;
  item.id = fields.text("id");
  item.question = fields.text("question");
  item.targets = fields.texts("targets");
  read_choices(fields, kind, item);
  if (item.targets.empty() && item.answer) {
    item.targets = {item.choices[static_cast<std::size_t>(*item.answer)]};
  }
  if (item.targets.empty() && kind == "qa") {
    fields.fail("\"targets\" is missing or empty, so no answer can be right",
                R"(write "targets": ["the accepted answer"])");
  }
  item.gold_docs = fields.texts("gold_docs");
  item.cluster = fields.text_or_empty("cluster");
  read_meta(fields, item);
  item.line = fields.line();
  return item;
}

void check_gold(const JsonFields& fields, const Item& item, const std::set<std::string>& ids) {
  for (const std::string& id : item.gold_docs) {
    if (ids.count(id)) continue;
    const std::string near = nearest_name(id, {ids.begin(), ids.end()});
    fields.fail(fmt::format("the gold document \"{}\" is not in corpus.jsonl", id),
                near.empty() ? "use the \"_id\" of a document of corpus.jsonl"
                             : fmt::format("did you mean \"{}\"?", near));
  }
}

}  // namespace

std::vector<Document> read_corpus(const std::filesystem::path& file) {
  std::vector<Document> corpus;
  UniqueIds ids;
  for_each_record(file, [&](const JsonFields& fields) {
    corpus.push_back({fields.text("_id"), fields.text_or_empty("title"), fields.text("text")});
    corpus.back().line = fields.line();
    ids.add(corpus.back().id, fields);
  });
  return corpus;
}

std::vector<TrainingExample> read_training_examples(const std::filesystem::path& file) {
  std::vector<TrainingExample> examples;
  for_each_record(file,
                  [&](const JsonFields& fields) { examples.push_back(read_example(fields)); });
  return examples;
}

std::vector<Item> read_items(const std::filesystem::path& file, const std::string& kind,
                             const std::vector<Document>& corpus) {
  std::set<std::string> documents;
  for (const Document& document : corpus) documents.insert(document.id);
  std::vector<Item> items;
  UniqueIds ids;
  for_each_record(file, [&](const JsonFields& fields) {
    const int number = static_cast<int>(items.size());
    items.push_back(read_item(fields, kind));
    items.back().number = number;
    ids.add(items.back().id, fields);
    if (!documents.empty()) check_gold(fields, items.back(), documents);
  });
  return items;
}

}  // namespace quadrant
