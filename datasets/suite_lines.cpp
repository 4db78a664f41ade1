// corpus.jsonl, dev.jsonl, test.jsonl.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "datasets/json_fields.h"
#include "datasets/suite_files.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

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
  item.cluster = fields.text_or_empty("cluster");
  read_meta(fields, item);
  item.line = fields.line();
  return item;
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

GoldDocuments::GoldDocuments(const std::vector<Document>& corpus) {
  for (const Document& document : corpus) ids_.insert(document.id);
}

std::vector<std::string> GoldDocuments::read(const JsonFields& fields) const {
  std::vector<std::string> gold = fields.texts("gold_docs");
  for (const std::string& id : gold) {
    if (ids_.empty() || ids_.count(id)) continue;
    const std::string near = nearest_name(id, {ids_.begin(), ids_.end()});
    fields.fail(fmt::format("the gold document \"{}\" is not in corpus.jsonl", id),
                near.empty() ? "use the \"_id\" of a document of corpus.jsonl"
                             : fmt::format("did you mean \"{}\"?", near));
  }
  return gold;
}

std::vector<Item> read_items(const std::filesystem::path& file, const std::string& kind,
                             const std::vector<Document>& corpus) {
  const GoldDocuments documents(corpus);
  std::vector<Item> items;
  UniqueIds ids;
  for_each_record(file, [&](const JsonFields& fields) {
    const int number = static_cast<int>(items.size());
    items.push_back(read_item(fields, kind));
    items.back().number = number;
    ids.add(items.back().id, fields);
    items.back().gold_docs = documents.read(fields);
  });
  return items;
}

}  // namespace quadrant
