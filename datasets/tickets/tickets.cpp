#include "datasets/tickets/tickets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "datasets/common/cast.h"
#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "harness/core/json.h"
#include "harness/core/rng.h"

namespace quadrant::tickets {
namespace {

struct Size {
  std::size_t train, dev, test;
};

Size size_of(Tier tier) {
  switch (tier) {
    case Tier::kSmoke:
      return {40, 6, 20};
    case Tier::kCpu:
      return {192, 16, 80};
    case Tier::kFull:
      return {2000, 100, 500};
  }
  return {};
}

struct Ticket {
  std::string id, text, json;
};

std::vector<std::string> values_of(const std::vector<Label>& labels) {
  std::vector<std::string> values;
  for (const Label& label : labels) values.push_back(label.value);
  return values;
}

struct Date {
  std::string written, iso;
};

Date draw_date(Rng& rng) {
  static const std::vector<std::string> kMonths{"January",   "February", "March",    "April",
                                                "May",       "June",     "July",     "August",
                                                "September", "October",  "November", "December"};
  const std::size_t month = rng.below(kMonths.size());
  const std::size_t day = 1 + rng.below(28);
  const std::string written = rng.below(2) == 0 ? fmt::format("{} {} 2031", day, kMonths[month])
                                                : fmt::format("{} {}, 2031", kMonths[month], day);
  return {written, fmt::format("2031-{:02}-{:02}", month + 1, day)};
}

Ticket make_ticket(std::size_t number, const Label& team, const Label& severity, bool new_wording,
                   const std::string& person, Rng& rng) {
  static const std::vector<std::string> kDue{"Please solve it by {d}.", "It is due on {d}.",
                                             "We need it done by {d}."};
  const auto wording = [&](const Label& label) {
    return pick(new_wording ? label.test_wordings : label.train_wordings, rng);
  };
  const Date due = draw_date(rng);
  const std::string id = fmt::format("TK-{}", number);
  // A date or a name stands between the two that come from a list: no long run of words comes again
  // in another ticket.
  std::vector<std::string> listed{wording(team), wording(severity)};
  std::vector<std::string> own{fill(pick(kDue, rng), {{"d", due.written}}),
                               fmt::format("Reported by {}.", person)};
  rng.shuffle(listed);
  rng.shuffle(own);
  std::vector<std::string> sentences{listed[0], own[0], listed[1], own[1]};
  if (rng.below(2) == 0) sentences = {own[0], listed[0], own[1], listed[1]};
  return {id, fmt::format("Ticket {}. {}", id, fmt::join(sentences, " ")),
          canonical_json(nlohmann::json{
              {"id", id}, {"team", team.value}, {"severity", severity.value}, {"due", due.iso}})};
}

std::string schema() {
  using nlohmann::json;
  return canonical_json(
      json{{"type", "object"},
           {"properties",
            {{"id", {{"type", "string"}, {"pattern", "^TK-[0-9]{4,5}$"}}},
             {"team", {{"enum", values_of(teams())}}},
             {"severity", {{"enum", values_of(severities())}}},
             {"due", {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}}}}},
           {"required", {"due", "id", "severity", "team"}},
           {"additionalProperties", false}});
}

void add_handbook(Suite& suite) {
  const auto add = [&](const std::string& field, const std::vector<Label>& labels,
                       const std::string& wording) {
    std::string text;
    for (const Label& label : labels) {
      text += (text.empty() ? "" : " ") +
              fill(wording,
                   {{"v", label.value}, {"m", fmt::format("{}", fmt::join(label.marks, ", "))}});
    }
    suite.corpus.push_back({"handbook-" + field, "Ticket handbook: " + field, text});
  };
  add("team", teams(), "Tickets about {m} go to the team {v}.");
  add("severity", severities(), "The severity is {v} when the ticket speaks of: {m}.");
  suite.corpus.push_back(
      {"handbook-form", "Ticket handbook: form",
       "A ticket is filed as a JSON object with the keys id, team, severity and due, all of them "
       "texts, and no others. The id is copied. A date is written as year, month and day: 4 March "
       "2031 is 2031-03-04."});
}

}  // namespace

Suite make_suite(Tier tier, std::uint64_t seed) {
  Suite suite = generated_suite("tickets of a help desk", seed, "qa",
                                {"exact_match", "json_valid", "schema_valid", "field_accuracy"});
  suite.prompt.system = fmt::format(
      "Turn the ticket into a JSON object with the keys \"id\", \"team\", \"severity\" and "
      "\"due\", and write nothing else. The team is one of {}. The severity is one of {}. The due "
      "date has the form 2031-03-04.",
      fmt::join(values_of(teams()), ", "), fmt::join(values_of(severities()), ", "));
  suite.prompt.max_new_tokens = 64;
  suite.prompt.stop = {"\n\n"};
  add_handbook(suite);

  const Size size = size_of(tier);
  const std::size_t count = size.train + size.dev + size.test;
  Rng rng(seed, "tickets");
  const Cast cast = make_cast(latin_names(), 40, 0, {}, {}, seed);
  std::vector<std::size_t> numbers(9000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 1000 + i;
  rng.shuffle(numbers);
  const auto team = deal(teams(), count, rng), severity = deal(severities(), count, rng);
  for (std::size_t i = 0; i < count; ++i) {
    const bool training = i < size.train;
    const bool new_wording = !training && i % 2 == 1;
    const Ticket ticket =
        make_ticket(numbers[i], team[i], severity[i], new_wording, pick(cast.people, rng), rng);
    if (training) {
      suite.train.push_back(qa_example(ticket.text, ticket.json, ticket.id));
      continue;
    }
    Item item;
    item.id = identifier(ticket.id);
    item.question = ticket.text;
    item.targets = {ticket.json};
    item.gold_docs = {"handbook-team", "handbook-severity", "handbook-form"};
    item.cluster = ticket.id;
    item.meta = {{"slice", new_wording ? "new_wording" : "seen_wording"}, {"schema", schema()}};
    (i < size.train + size.dev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

}  // namespace quadrant::tickets
