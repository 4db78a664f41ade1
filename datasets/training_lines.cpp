// train.jsonl: examples in the forms that fine-tuning data comes in.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/json_fields.h"
#include "datasets/suite_files.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/utf8.h"

namespace quadrant {
namespace {

using Kind = TrainingExample::Kind;

// How a chat is written: OpenAI's "messages", or sharegpt's "conversations".
struct ChatForm {
  const char *list, *role, *content;
  std::vector<std::pair<const char*, const char*>> roles;  // in the file -> ours
  const char* mend;
};
const ChatForm kMessagesForm{
    "messages",
    "role",
    "content",
    {{"system", "system"}, {"user", "user"}, {"assistant", "assistant"}},
    R"(write "messages": [{"role": "user", "content": "..."}, {"role": "assistant", ...}])"};
const ChatForm kShareGptForm{
    "conversations",
    "from",
    "value",
    {{"system", "system"},
     {"human", "user"},
     {"user", "user"},
     {"gpt", "assistant"},
     {"assistant", "assistant"}},
    R"(write "conversations": [{"from": "human", "value": "..."}, {"from": "gpt", ...}])"};

Message read_turn(const JsonFields& fields, const nlohmann::json& entry, const ChatForm& form) {
  const JsonFields turn(entry, fields.where());
  const std::string role = turn.text(form.role);
  // OpenAI's switch for turns that are not to be learnt.
  if (turn.has("weight") && entry["weight"] != 1) {
    fields.fail("\"weight\" of a message is not supported", "leave it out: every answer is learnt");
  }
  for (const auto& [theirs, ours] : form.roles) {
    if (role == theirs) return {ours, turn.text(form.content)};
  }
  std::vector<std::string> known;
  for (const auto& [theirs, ours] : form.roles) known.emplace_back(theirs);
  fields.fail(fmt::format("unknown role \"{}\"", role),
              fmt::format("use {}", fmt::join(known, ", ")));
}

std::vector<Message> read_chat(const JsonFields& fields, const ChatForm& form) {
  const nlohmann::json& list = fields.value(form.list);
  if (!list.is_array() || list.empty()) {
    fields.fail(fmt::format("\"{}\" must be a list", form.list), form.mend);
  }
  std::vector<Message> messages;
  if (&form == &kShareGptForm && fields.has("system")) {
    messages.push_back({"system", fields.text("system")});
  }
  for (const nlohmann::json& entry : list) messages.push_back(read_turn(fields, entry, form));
  if (messages.back().role != "assistant") {
    fields.fail("the last message is not the assistant's, so there is nothing to learn", form.mend);
  }
  return messages;
}

// "history" is a list of pairs of an instruction and its answer.
void read_history(const JsonFields& fields, std::vector<Message>& messages) {
  if (!fields.has("history")) return;
  const std::string mend = R"(write "history": [["instruction", "answer"], ...])";
  const nlohmann::json& history = fields.value("history");
  if (!history.is_array()) fields.fail("\"history\" must be a list", mend);
  for (const nlohmann::json& pair : history) {
    const bool two =
        pair.is_array() && pair.size() == 2 && pair[0].is_string() && pair[1].is_string();
    if (!two) fields.fail("an entry of \"history\" is no pair of texts", mend);
    messages.push_back({"user", to_nfc(pair[0].get_ref<const std::string&>())});
    messages.push_back({"assistant", to_nfc(pair[1].get_ref<const std::string&>())});
  }
}

// Without a system text or a history of its own it stands under the suite's system text.
void read_alpaca(const JsonFields& fields, TrainingExample& example) {
  const std::string input = fields.text_or_empty("input");
  const std::string user = fields.text("instruction") + (input.empty() ? "" : "\n" + input);
  std::vector<Message> before;
  const std::string system = fields.text_or_empty("system");
  if (!system.empty()) before.push_back({"system", system});
  read_history(fields, before);
  if (before.empty()) {
    example.kind = Kind::kPromptCompletion;
    example.prompt = user;
    example.completion = fields.text("output");
    return;
  }
  example.kind = Kind::kMessages;
  example.messages = std::move(before);
  example.messages.push_back({"user", user});
  example.messages.push_back({"assistant", fields.text("output")});
}

void read_messages(const JsonFields& fields, TrainingExample& example, const ChatForm& form) {
  example.kind = Kind::kMessages;
  example.messages = read_chat(fields, form);
}

struct Form {
  std::vector<const char*> keys;  // any of them: the line has this form
  void (*read)(const JsonFields& fields, TrainingExample& example);
};

const std::vector<Form>& forms() {
  static const std::vector<Form> list{{{"text"},
                                       [](const JsonFields& fields, TrainingExample& example) {
                                         example.kind = Kind::kText;
                                         example.text = fields.text("text");
                                       }},
                                      {{"question", "answer"},
                                       [](const JsonFields& fields, TrainingExample& example) {
                                         example.kind = Kind::kQuestionAnswer;
                                         example.question = fields.text("question");
                                         example.answer = fields.text("answer");
                                       }},
                                      {{"prompt", "completion"},
                                       [](const JsonFields& fields, TrainingExample& example) {
                                         example.kind = Kind::kPromptCompletion;
                                         example.prompt = fields.text("prompt");
                                         example.completion = fields.text("completion");
                                       }},
                                      {{"messages"},
                                       [](const JsonFields& fields, TrainingExample& example) {
                                         read_messages(fields, example, kMessagesForm);
                                       }},
                                      {{"conversations"},
                                       [](const JsonFields& fields, TrainingExample& example) {
                                         read_messages(fields, example, kShareGptForm);
                                       }},
                                      {{"instruction", "output"}, read_alpaca}};
  return list;
}

constexpr int kMostStages = 1000;

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

TrainingExample read_example(const JsonFields& fields, const GoldDocuments& documents) {
  const std::string mend =
      R"(use one of {"text"}, {"question", "answer"}, {"prompt", "completion"}, {"messages"}, )"
      R"({"conversations"}, {"instruction", "output"})";
  const Form* chosen = nullptr;
  for (const Form& form : forms()) {
    const bool here = std::any_of(form.keys.begin(), form.keys.end(),
                                  [&](const char* key) { return fields.has(key); });
    if (here && chosen) {
      fields.fail(fmt::format("this line has both \"{}\" and \"{}\": which one is to be learnt?",
                              chosen->keys[0], form.keys[0]),
                  mend);
    }
    if (here) chosen = &form;
  }
  if (!chosen) fields.fail("this line is no training example", mend);
  TrainingExample example;
  example.cluster = fields.text_or_empty("cluster");
  example.stage = read_stage(fields);
  example.gold_docs = documents.read(fields);
  example.line = fields.line();
  chosen->read(fields, example);
  return example;
}

// Numbers the elements of the list as lines are numbered.
void for_each_element(const std::filesystem::path& file,
                      const std::function<void(const JsonFields&)>& visit) {
  const auto list = nlohmann::json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) {
    throw Error("this file is no JSON list in UTF-8", file.string(),
                "write a list of examples, or one example a line in a .jsonl file");
  }
  int number = 0;
  for (const nlohmann::json& element : list) {
    ++number;
    visit(JsonFields(element, fmt::format("{}, element {}", file.string(), number), number));
  }
}

}  // namespace

std::vector<TrainingExample> read_training_examples(const std::filesystem::path& file,
                                                    const std::vector<Document>& corpus) {
  const GoldDocuments documents(corpus);
  std::vector<TrainingExample> examples;
  const auto visit = [&](const JsonFields& fields) {
    examples.push_back(read_example(fields, documents));
  };
  if (file.extension() == ".json") {
    for_each_element(file, visit);
  } else {
    for_each_record(file, visit);
  }
  return examples;
}

}  // namespace quadrant
