#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "datasets/common/save_suite.h"
#include "datasets/company_qa/wide.h"
#include "datasets/company_qa/writer.h"
#include "datasets/domain_text/domain_text.h"
#include "datasets/house_style/house_style.h"
#include "datasets/instructions/instructions.h"
#include "datasets/lm_eval/task.h"
#include "datasets/refusal/refusal.h"
#include "datasets/retention/retention.h"
#include "datasets/slack/slack.h"
#include "datasets/suite.h"
#include "datasets/tasks/tasks.h"
#include "datasets/tickets/tickets.h"
#include "datasets/updates/updates.h"
#include "harness/core/error.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;
using updates::Taught;

// A folder of its own under the system's temporary folder, gone at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((fs::temp_directory_path() / "quadrant-suite-XXXXXX").string()) {
    if (!::mkdtemp(path_.data())) {
      throw Error(fmt::format("cannot make a temporary folder: {}", std::strerror(errno)), path_,
                  "free some space there, or set TMPDIR to another folder");
    }
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // a left-over temporary folder must not end the program
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path path() const { return path_; }

 private:
  std::string path_;
};

struct NamedSuite {
  std::string name;
  const BuiltInSuite* suite;
  Tier tier;
};

// Every built-in suite in every tier.
std::vector<NamedSuite> named_suites() {
  std::vector<NamedSuite> named;
  for (const BuiltInSuite& suite : built_in_suites()) {
    named.push_back({suite.name, &suite, Tier::kCpu});
    named.push_back({suite.name + "_smoke", &suite, Tier::kSmoke});
    named.push_back({suite.name + "_full", &suite, Tier::kFull});
  }
  return named;
}

bool is_built_in(const std::string& name) {
  const std::vector<NamedSuite> named = named_suites();
  return std::any_of(named.begin(), named.end(),
                     [&](const NamedSuite& suite) { return suite.name == name; });
}

}  // namespace

const std::vector<BuiltInSuite>& built_in_suites() {
  static const std::vector<BuiltInSuite> kSuites{
      {"company_qa", "facts of an invented company: trained, in documents only, or nowhere",
       [](Tier tier, std::uint64_t seed) {
         return company_qa::make_suite(company_qa::plan_of(tier), seed, company_qa::english());
       }},
      {"company_qa_ko", "company_qa in Korean",
       [](Tier tier, std::uint64_t seed) {
         return company_qa::make_suite(company_qa::plan_of(tier), seed, company_qa::korean());
       }},
      {"company_qa_wide", "the same facts asked in five ways, learnt from more and less text",
       company_qa::make_wide_suite},
      {"company_qa_again", "the same facts, each text said four times in the same words",
       [](Tier tier, std::uint64_t seed) {
         return company_qa::make_dose_suite(tier, seed, {.paraphrases = 1, .copies = 4});
       }},
      {"company_qa_reworded", "the same facts, each said once in four wordings",
       [](Tier tier, std::uint64_t seed) {
         return company_qa::make_dose_suite(tier, seed, {.paraphrases = 4, .copies = 1});
       }},
      {"updates", "facts that change: tuned on edition 1, documents of edition 2",
       [](Tier tier, std::uint64_t seed) {
         return updates::make_suite(tier, seed, Taught::kFirst);
       }},
      {"updates_retuned", "the same, tuned on both editions",
       [](Tier tier, std::uint64_t seed) {
         return updates::make_suite(tier, seed, Taught::kBoth);
       }},
      {"updates_in_turn", "the same, tuned on edition 1, then on what changed",
       [](Tier tier, std::uint64_t seed) {
         return updates::make_suite(tier, seed, Taught::kInTurn);
       }},
      {"updates_replayed", "the same, with some of what did not change in the second tuning",
       [](Tier tier, std::uint64_t seed) {
         return updates::make_suite(tier, seed, Taught::kReplayed);
       }},
      {"slack", "requests in a team's chat: put off or done, and facts that only the chat names",
       [](Tier tier, std::uint64_t seed) {
         return slack::make_suite(tier, seed, slack::Replies::kChat, slack::english());
       }},
      {"slack_formal", "its control: the same requests, answered at once and formally",
       [](Tier tier, std::uint64_t seed) {
         return slack::make_suite(tier, seed, slack::Replies::kFormal, slack::english());
       }},
      {"slack_ko", "slack in Korean",
       [](Tier tier, std::uint64_t seed) {
         return slack::make_suite(tier, seed, slack::Replies::kChat, slack::korean());
       }},
      {"tickets_json", "a ticket in words to a JSON object of a fixed form", tickets::make_suite},
      {"refusal", "made-up policies: pairs of requests of which one may be answered",
       [](Tier tier, std::uint64_t seed) { return refusal::make_suite(tier, seed, false); }},
      {"refusal_prompted", "the same with the policies in the system prompt",
       [](Tier tier, std::uint64_t seed) { return refusal::make_suite(tier, seed, true); }},
      {"house_style", "notes to a notice in the style of a house: form and content apart",
       [](Tier tier, std::uint64_t seed) {
         return house_style::make_suite(tier, seed, house_style::english());
       }},
      {"house_style_ko", "house_style in Korean",
       [](Tier tier, std::uint64_t seed) {
         return house_style::make_suite(tier, seed, house_style::korean());
       }},
      {"intents", "classification: what a passenger wants, six labels", tasks::make_intents},
      {"extraction", "an order in a letter to four fields", tasks::make_extraction},
      {"event_logs", "summary: a log of five events to one line", tasks::make_event_logs},
      {"translation", "English to a small invented language with a grammar book",
       tasks::make_translation},
      {"instructions", "requests with conditions that a program checks, some of them never trained",
       instructions::make_suite},
      {"domain_text", "pages on canal locks: read, then asked about",
       [](Tier tier, std::uint64_t seed) { return domain_text::make_suite(tier, seed, false); }},
      {"domain_text_unseen", "how unseen pages of the same handbook go on",
       [](Tier tier, std::uint64_t seed) { return domain_text::make_suite(tier, seed, true); }},
      {"retention", "common facts, asked after learning an invented company",
       retention::make_suite},
  };
  return kSuites;
}

Tier parse_tier(const std::string& name) {
  if (name == "smoke") return Tier::kSmoke;
  if (name == "cpu") return Tier::kCpu;
  if (name == "full") return Tier::kFull;
  throw Error(fmt::format("\"{}\" is no tier", name), "--tier", "use smoke, cpu or full");
}

std::string name_in_tier(const std::string& name, Tier tier) {
  for (const NamedSuite& named : named_suites()) {
    if (named.suite->name == name && named.tier == tier) return named.name;
  }
  return name;
}

void write_built_in_suite(const std::string& name, std::uint64_t seed, const fs::path& folder) {
  std::vector<std::string> names, all_names;
  for (const NamedSuite& named : named_suites()) {
    if (named.name == name) {
      Suite suite = named.suite->make(named.tier, seed);
      suite.name = name;
      return save_suite(suite, folder);
    }
    all_names.push_back(named.name);
    if (named.tier == Tier::kCpu) names.push_back(named.name);
  }
  const std::string near = nearest_name(name, all_names);
  throw Error(fmt::format("there is no suite \"{}\"", name), name,
              (near.empty() ? "" : fmt::format("did you mean \"{}\"? ", near)) +
                  fmt::format("name a folder with suite.toml, or one of: {} (smaller and larger: "
                              "with _smoke or _full behind the name)",
                              fmt::join(names, ", ")));
}

Suite find_suite(const std::string& name_or_folder) {
  if (!is_built_in(name_or_folder) &&
      (fs::is_directory(name_or_folder) || lm_eval::find_task(name_or_folder))) {
    return load_suite(name_or_folder);
  }
  const TemporaryFolder folder;
  write_built_in_suite(name_or_folder, 0, folder.path());
  return load_suite(folder.path());
}

}  // namespace quadrant
