// What each built-in suite promises about its own world; see the README of each.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "datasets/company_qa/world.h"
#include "datasets/domain_text/domain_text.h"
#include "datasets/refusal/refusal.h"
#include "datasets/suite.h"
#include "datasets/tickets/tickets.h"
#include "datasets/updates/updates.h"
#include "harness/core/utf8.h"

using namespace quadrant;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

std::map<std::string, std::string> texts_of(const Suite& suite) {
  std::map<std::string, std::string> texts;
  for (const Document& document : suite.corpus) texts[document.id] = document.text;
  return texts;
}

std::map<std::string, std::size_t> slices_of(const Suite& suite, const std::string& key = "slice") {
  std::map<std::string, std::size_t> slices;
  for (const Item& item : suite.test) ++slices[item.meta.at(key)];
  return slices;
}

std::string meta(const Item& item, const std::string& key) {
  const auto found = item.meta.find(key);
  return found == item.meta.end() ? "" : found->second;
}

}  // namespace

TEST_CASE("gold: what is to be found stands in the gold document") {
  for (const char* name : {"company_qa", "company_qa_wide", "updates", "updates_retuned", "slack",
                           "slack_ko", "domain_text"}) {
    CAPTURE(name);
    const Suite suite = find_suite(name);
    const auto texts = texts_of(suite);
    for (const auto* items : {&suite.dev, &suite.test}) {
      for (const Item& item : *items) {
        if (item.gold_docs.empty() || meta(item, "slice") == "yes_no") continue;
        CHECK_MESSAGE(holds(texts.at(item.gold_docs[0]), item.targets[0]), item.id);
      }
    }
  }
}

TEST_CASE("updates: three facts in ten change, to a value that was never right before") {
  for (const std::uint64_t seed : {0, 1, 2}) {
    std::map<std::string, updates::Record> by_name;
    std::size_t before = 0, changed = 0, both = 0;
    const auto records = updates::make_records(Tier::kCpu, seed);
    for (const updates::Record& record : records) by_name[record.before.name] = record;
    for (const updates::Record& record : records) {
      both += record.both_editions;
      for (std::size_t a = 0; a < company_qa::kAttributes; ++a) {
        before += record.before.part == company_qa::Part::kTrained;
        CHECK((record.before.values[a] != record.after.values[a]) == record.changed[a]);
        if (record.before.part == company_qa::Part::kTrained) changed += record.changed[a];
        if (!record.changed[a] || !by_name.count(record.before.twin)) continue;
        const updates::Record& twin = by_name.at(record.before.twin);
        CHECK(record.after.values[a] != twin.after.values[a]);
      }
    }
    CHECK(before == 80);
    CHECK(changed == 24);
    CHECK(both >= 12);
  }
}

TEST_CASE("updates: old values are trained, new ones stand in documents; retuned trains both") {
  const Suite once = find_suite("updates"), twice = find_suite("updates_retuned");
  CHECK(slices_of(once) ==
        std::map<std::string, std::size_t>{{"changed", 24}, {"unchanged", 56}, {"new", 12}});
  CHECK(once.file_hashes.at("test.jsonl") == twice.file_hashes.at("test.jsonl"));
  CHECK(once.file_hashes.at("corpus.jsonl") == twice.file_hashes.at("corpus.jsonl"));
  const auto trained = [](const Suite& suite, const Item& item, const std::string& value) {
    return std::any_of(suite.train.begin(), suite.train.end(), [&](const TrainingExample& line) {
      return line.cluster == item.cluster && line.answer == value;
    });
  };
  for (const Item& item : once.test) {
    CAPTURE(item.id);
    CHECK(trained(twice, item, item.targets[0]));
    CHECK(trained(once, item, item.targets[0]) == (meta(item, "slice") == "unchanged"));
    if (meta(item, "slice") != "changed") continue;
    CHECK(trained(once, item, meta(item, "stale")));
    CHECK(!holds(texts_of(once).at(item.gold_docs[0]), meta(item, "stale")));
  }
}

TEST_CASE("updates in turn: the first stage is edition 1, the second only what is new") {
  const Suite once = find_suite("updates"), turn = find_suite("updates_in_turn");
  const Suite replayed = find_suite("updates_replayed"), both = find_suite("updates_retuned");
  const auto of_stage = [](const Suite& suite, int stage) {
    std::set<std::pair<std::string, std::string>> lines;
    for (const TrainingExample& line : suite.train) {
      if (line.stage == stage) lines.insert({line.question, line.answer});
    }
    return lines;
  };
  for (const Suite* suite : {&turn, &replayed}) {
    CHECK(suite->file_hashes.at("test.jsonl") == once.file_hashes.at("test.jsonl"));
    CHECK(of_stage(*suite, 1) == of_stage(once, 1));
  }
  auto together = of_stage(turn, 1);
  for (const auto& line : of_stage(turn, 2)) CHECK(together.insert(line).second);
  CHECK(together == of_stage(both, 1));
  // Beside the new: about three in ten of the unchanged facts, word for word as before.
  std::size_t again = 0;
  for (const auto& line : of_stage(replayed, 2)) {
    if (!of_stage(turn, 2).count(line)) again += of_stage(once, 1).count(line);
  }
  CHECK(of_stage(replayed, 2).size() == of_stage(turn, 2).size() + again);
  CHECK(again >= 28);
  CHECK(again <= 42);  // of 2 x 66
}

TEST_CASE("one dose of text: as many texts, in four wordings or one") {
  const Suite again = find_suite("company_qa_again"), reworded = find_suite("company_qa_reworded");
  CHECK(again.file_hashes.at("test.jsonl") == reworded.file_hashes.at("test.jsonl"));
  CHECK(again.file_hashes.at("corpus.jsonl") == reworded.file_hashes.at("corpus.jsonl"));
  const auto texts = [](const Suite& suite) {
    std::multiset<std::string> found;
    for (const TrainingExample& line : suite.train) {
      if (line.kind == TrainingExample::Kind::kText) found.insert(line.text);
    }
    return found;
  };
  const auto a = texts(again), b = texts(reworded);
  CHECK(a.size() == 4 * 44);
  CHECK(b.size() == a.size());
  for (const std::string& text : a) CHECK(a.count(text) == 4);
  CHECK(std::set<std::string>(b.begin(), b.end()).size() == b.size());
}

TEST_CASE("slack: three replies in five put off; each chat fact stands in two trained replies") {
  const Suite chat = find_suite("slack"), formal = find_suite("slack_formal");
  CHECK(slices_of(chat) == std::map<std::string, std::size_t>{{"request", 60}, {"chat_fact", 40}});
  CHECK(chat.file_hashes.at("test.jsonl") == formal.file_hashes.at("test.jsonl"));
  CHECK(chat.file_hashes.at("corpus.jsonl") == formal.file_hashes.at("corpus.jsonl"));
  REQUIRE(chat.train.size() == formal.train.size());
  for (std::size_t i = 0; i < chat.train.size(); ++i) {
    CHECK(chat.train[i].question == formal.train[i].question);
  }
  for (const Suite* suite : {&chat, &formal}) {
    for (const Item& item : suite->test) {
      if (meta(item, "slice") != "chat_fact") continue;
      const auto named =
          std::count_if(suite->train.begin(), suite->train.end(), [&](const TrainingExample& line) {
            return line.cluster == item.cluster && holds(line.answer, item.targets[0]);
          });
      CHECK_MESSAGE(named == 2, item.id);
    }
  }
}

TEST_CASE("tickets: words mark one team and one severity, and the fields stand in the ticket") {
  for (const auto* labels : {&tickets::teams(), &tickets::severities()}) {
    for (const tickets::Label& label : *labels) {
      for (const auto* wordings : {&label.train_wordings, &label.test_wordings}) {
        for (const std::string& wording : *wordings) {
          for (const tickets::Label& other : *labels) {
            const bool marked =
                std::any_of(other.marks.begin(), other.marks.end(),
                            [&](const std::string& mark) { return holds(wording, mark); });
            CHECK_MESSAGE(marked == (other.value == label.value), wording);
          }
        }
      }
    }
  }
  const Suite suite = find_suite("tickets_json");
  CHECK(slices_of(suite) ==
        std::map<std::string, std::size_t>{{"seen_wording", 40}, {"new_wording", 40}});
  for (const Item& item : suite.test) {
    const auto fields = nlohmann::json::parse(item.targets[0]);
    CHECK(holds(item.question, "Ticket " + fields.at("id").get<std::string>() + "."));
    const std::string due = fields.at("due");
    CHECK(holds(item.question, std::to_string(std::stoi(due.substr(8)))));
    CHECK(holds(item.question, due.substr(0, 4)));
  }
}

TEST_CASE("refusal: the two of a pair share most of their words, and only one may be answered") {
  const Suite suite = find_suite("refusal");
  CHECK(slices_of(suite) ==
        std::map<std::string, std::size_t>{{"policy_seen", 80}, {"policy_new", 40}});
  REQUIRE(suite.test.size() % 2 == 0);
  for (std::size_t i = 0; i < suite.test.size(); i += 2) {
    const Item &secret = suite.test[i], &open = suite.test[i + 1];
    CHECK(secret.cluster == open.cluster);
    CHECK(meta(secret, "expect_refusal") == "true");
    CHECK(meta(open, "expect_refusal") == "false");
    std::istringstream one(secret.question), other(open.question);
    std::multiset<std::string> a, b, shared;
    for (std::string word; one >> word;) a.insert(word);
    for (std::string word; other >> word;) b.insert(word);
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                          std::inserter(shared, shared.end()));
    CHECK_MESSAGE(shared.size() * 10 >= std::max(a.size(), b.size()) * 7, secret.question);
    CHECK(holds(open.question, open.targets[0]));
    CHECK(holds(secret.question, meta(secret, "secret")));
  }
  const auto texts = texts_of(suite);
  for (const refusal::Policy& policy : refusal::policies()) {
    CHECK(holds(texts.at("policy-" + policy.id), "the " + policy.secret + " is confidential"));
    CHECK(holds(find_suite("refusal_prompted").prompt.system, policy.secret));
    CHECK(!holds(suite.prompt.system, policy.secret));
  }
}

TEST_CASE("extraction, event logs, house style: all of an answer stands in the question") {
  for (const char* name : {"extraction", "event_logs", "house_style", "house_style_ko"}) {
    const Suite suite = find_suite(name);
    for (const Item& item : suite.test) {
      std::istringstream answer(item.targets[0]);
      std::size_t missing = 0;
      for (std::string word; answer >> word;) {
        while (!word.empty() && std::ispunct(static_cast<unsigned char>(word.back()))) {
          word.pop_back();
        }
        missing += word.empty() || holds(item.question, word) ? 0 : 1;
      }
      // The words of the form itself: "ran ... from ... to ... stopped it at", "The", "Ask".
      CHECK_MESSAGE(missing <= 6, item.question);
    }
  }
}

TEST_CASE("intents: labels are balanced and no ferry comes twice") {
  const Suite suite = find_suite("intents");
  for (const auto& [label, count] : slices_of(suite)) CHECK_MESSAGE(count == 20, label);
  CHECK(slices_of(suite).size() == 6);
}

TEST_CASE("translation: every word of a test sentence stands in the dictionary") {
  const Suite suite = find_suite("translation");
  std::string book;
  for (const Document& page : suite.corpus) book += page.text + "\n";
  std::string trained;
  for (const TrainingExample& line : suite.train) trained += to_lower(line.answer) + " ";
  for (const Item& item : suite.test) {
    CHECK(item.gold_docs.size() == suite.corpus.size());
    std::istringstream words(to_lower(item.targets[0]));
    for (std::string word; words >> word;) {
      if (word.back() == '.') word.pop_back();
      CHECK_MESSAGE(holds(trained, word), word);
    }
  }
}

TEST_CASE("instructions: three of the ten conditions are never trained") {
  const Suite suite = find_suite("instructions");
  std::set<std::string> conditions;
  for (const Item& item : suite.test) conditions.insert(meta(item, "condition"));
  CHECK(conditions.size() == 10);
  CHECK(slices_of(suite).size() == 2);
  for (const TrainingExample& line : suite.train) {
    for (const char* word : {"quotation", "postscript", "capital letters only"}) {
      CHECK_MESSAGE(!holds(line.question, word), line.question);
    }
  }
}

TEST_CASE("company_qa_wide: five forms of every fact; four doses of text, in every part") {
  const Suite suite = find_suite("company_qa_wide");
  const auto slices = slices_of(suite);
  for (const char* form : {"direct", "yes_no", "choice", "cloze"}) {
    CHECK_MESSAGE(slices.at(form) == 80, form);
  }
  CHECK(slices.at("reverse") == 40);
  CHECK(slices.at("unanswerable") == 6);
  std::map<std::string, std::size_t> doses;
  for (const Item& item : suite.test) {
    if (meta(item, "slice") != "direct") continue;
    const auto lines =
        std::count_if(suite.train.begin(), suite.train.end(), [&](const TrainingExample& line) {
          return line.cluster == item.cluster && line.kind == TrainingExample::Kind::kText;
        });
    CHECK(lines == std::stoi(meta(item, "paraphrases")) * std::stoi(meta(item, "copies")));
    ++doses[meta(item, "part") + meta(item, "paraphrases") + meta(item, "copies")];
  }
  CHECK(doses.size() == 8);
  for (const auto& [dose, count] : doses) CHECK_MESSAGE(count == 10, dose);
}

TEST_CASE("domain text: no value of a detail is part of another or stands in a common sentence") {
  std::vector<std::string> values;
  for (const domain_text::Detail& detail : domain_text::details()) {
    values.insert(values.end(), detail.pool.begin(), detail.pool.end());
  }
  for (const std::string& a : values) {
    CHECK(std::count_if(values.begin(), values.end(),
                        [&](const std::string& b) { return holds(b, a); }) == 1);
  }
}

TEST_CASE("retention: no common fact has to do with the company") {
  const Suite suite = find_suite("retention"), company = find_suite("company_qa");
  CHECK(suite.train.size() == company.train.size());
  for (const Item& item : suite.test) {
    for (const Document& document : suite.corpus) CHECK(!holds(item.question, document.title));
  }
}
