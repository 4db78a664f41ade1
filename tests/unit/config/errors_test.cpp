// Every mistake in an experiment file: the line is named, and so is the mend.
#include <doctest/doctest.h>

#include "harness/config/experiment.h"
#include "harness/core/error.h"

using namespace quadrant;

namespace {

// One key a line, so that a case can replace one line; line 1 is the name.
const std::vector<std::string> kLines{
    "name = \"x\"",                   // 1
    "suites = [\"company_qa\"]",      // 2
    "seeds = [0, 1]",                 // 3
    "[model]",                        // 4
    "path = \"m\"",                   // 5
    "[context.none]",                 // 6
    "kind = \"zero_shot\"",           // 7
    "[context.rag]",                  // 8
    "kind = \"rag\"",                 // 9
    "k = 3",                          // 10
    "[tuning.lora]",                  // 11
    "method = \"lora\"",              // 12
    "purpose = [\"domain_qa\"]",      // 13
    "rank = 8",                       // 14
    "[tuning.full]",                  // 15
    "method = \"full\"",              // 16
    "purpose = [\"domain_qa\"]",      // 17
    "epochs = 2",                     // 18
    "[grid]",                         // 19
    "context = [\"none\", \"rag\"]",  // 20
    "tuning = [\"base\", \"lora\"]",  // 21
};

std::string with(int line, const std::string& replacement) {
  std::string text;
  for (int i = 1; i <= static_cast<int>(kLines.size()); ++i) {
    text += (i == line ? replacement : kLines[static_cast<std::size_t>(i - 1)]) + "\n";
  }
  return text;
}

struct Case {
  int line;  // replaced
  std::string replacement;
  std::string where;          // the end of Error::where
  std::string problem, mend;  // parts of them
};

const std::vector<Case> kCases{
    {1, "nam = \"x\"", "f.toml:1", "`name` is missing", "was `nam` meant"},
    {1, "", "f.toml:1", "`name` is missing", "add name"},
    {1, "name = \"\"", "f.toml:1", "empty", "write something"},
    {1, "name = 5", "f.toml:1", "`name` must be a text", "name = \"...\""},
    {1, "name = \"x", "f.toml:1", "not TOML", "quotes"},
    {1, "name = \"x\"\nname = \"y\"", "f.toml:2", "not TOML", "each key once"},
    {1, "name = 2020-01-01", "f.toml:1", "a date", "name = "},
    {2, "suites = \"company_qa\"", "f.toml:2", "must be a list of texts", "suites = [\"...\"]"},
    {2, "suites = []", "f.toml:2", "empty list", "suites = "},
    {2, "suites = [\"a\", \"a\"]", "f.toml:2", "names \"a\" twice", "leave one"},
    {2, "suites = [\"a\", 1]", "f.toml:2", "must be a list of texts", "suites"},
    {2, "suites = [\"\"]", "f.toml:2", "empty text", "leave it out"},
    {3, "seeds = [0, 0]", "f.toml:3", "names 0 twice", "leave one"},
    {3, "seeds = [-1]", "f.toml:3", "below 0", "use 0"},
    {3, "seeds = []", "f.toml:3", "empty list", "seeds = ["},
    {3, "seeds = 3", "f.toml:3", "list of whole numbers", "seeds = ["},
    {3, "sedes = [1]", "f.toml:3", "unknown key `sedes`", "did you mean `seeds`"},
    {3, "margin = 0", "f.toml:3", "out of range", "above 0"},
    {3, "margin = nan", "f.toml:3", "out of range", "above 0"},
    {3, "batch_size = 0", "f.toml:3", "out of range", "from 1"},
    {3, "batch_size = 1.5", "f.toml:3", "whole number", "batch_size = 16"},
    {3, "deterministic = 1", "f.toml:3", "true or false", "deterministic = true"},
    {4, "[modle]", "f.toml:1", "no [model]", "add [model]"},
    {5, "pth = \"m\"", "f.toml:5", "`model.path` is missing", "was `pth` meant"},
    {5, "path = \"m\"\ndevice = \"gpu\"", "f.toml:6", "cannot be \"gpu\"", "\"cuda\""},
    {5, "path = \"m\"\nchat = 1", "f.toml:6", "unknown key `model.chat`", "known here"},
    {6, "[context.\"a b\"]", "f.toml:6", "cannot be a name", "letters"},
    {7, "kind = \"zeroshot\"", "f.toml:7", "cannot be \"zeroshot\"", "did you mean \"zero_shot\""},
    {7, "kind = \"zero_shot\"\nk = 3", "f.toml:8", "no meaning here", "few_shot and rag"},
    {7, "kind = \"oracle\"\nchunk_tokens = 3", "f.toml:8", "no meaning here", "only rag cuts"},
    {7, "kind = \"few_shot\"\nretriever = \"dense\"", "f.toml:8", "no meaning", "only rag"},
    {7, "kind = \"few_shot\"\nbudget_tokens = 9", "f.toml:8", "no meaning", "rag and oracle"},
    {10, "k = 0", "f.toml:10", "out of range", "from 1"},
    {10, "k = \"3\"", "f.toml:10", "must be a whole number", "k = 4"},
    {10, "k = 99999999999", "f.toml:10", "out of range", "from 1"},
    {10, "chunk_token = 3", "f.toml:10", "unknown key `context.rag.chunk_token`", "`chunk_tokens`"},
    {10, "retriever = \"dens\"", "f.toml:10", "cannot be \"dens\"", "did you mean \"dense\""},
    {10, "chunk_overlap = 180", "f.toml:10", "out of range", "179"},
    {10, "chunker = \"sentence\"", "f.toml:10", "cannot be", "did you mean \"sentences\""},
    {10, "mmr_lambda = 1.5", "f.toml:10", "out of range", "to 1"},
    {7, "kind = \"oracle\"\nindex = \"Flat\"", "f.toml:8", "no meaning", "only rag searches"},
    {10, "budget_tokens = 0", "f.toml:10", "out of range", "from 1"},
    {7, "kind = \"few_shot\"\ntrials = 3", "f.toml:8", "no meaning", "only optimised"},
    {7, "kind = \"optimised\"\ntrials = 1", "f.toml:8", "out of range", "from 2"},
    {7, "kind = \"optimised\"\nk = 3", "f.toml:8", "no meaning", "few_shot"},
    {11, "[tuning.base]", "f.toml:11", "untuned model", "another name"},
    {12, "method = \"qlora\"", "f.toml:12", "cannot be \"qlora\"", "did you mean \"lora\""},
    {12, "", "f.toml:11", "`tuning.lora.method` is missing", "add method"},
    {13, "purpose = []", "f.toml:13", "empty list", "purpose = "},
    {13, "", "f.toml:11", "`tuning.lora.purpose` is missing", "add purpose"},
    {13, "purpose = \"domain_qa\"", "f.toml:13", "list of texts", "purpose = [\"...\"]"},
    {13, "purpose = [\"domainqa\"]", "f.toml:13", "unknown purpose", "did you mean \"domain_qa\""},
    {13, "purpose = [\"sham\"]", "f.toml:13", "nothing to be the sham of", "beside it"},
    {14, "distractors = 3", "f.toml:14", "no meaning here", "\"reading\" to purpose"},
    {14, "replay_share = 0.1", "f.toml:14", "no meaning here", "replay = "},
    {14, "replay = \"f\"\nreplay_share = 1", "f.toml:15", "out of range", "below 1"},
    {14, "rank = 0", "f.toml:14", "out of range", "from 1"},
    {14, "alpha = 0", "f.toml:14", "out of range", "above 0"},
    {14, "dropout = 1.0", "f.toml:14", "out of range", "below 1"},
    {14, "target_modules = [\"q_prj\"]", "f.toml:14", "unknown linear layer", "mean \"q_proj\""},
    {14, "loraplus_lr_ratio = 0.5", "f.toml:14", "out of range", "from 1"},
    {14, "use_dora = 1", "f.toml:14", "true or false", "use_dora = true"},
    {18, "use_rslora = true", "f.toml:18", "no meaning", "no adapter"},
    {18, "rank = 8", "f.toml:18", "`tuning.full.rank` has no meaning", "method = \"lora\""},
    {18, "alpha = 8", "f.toml:18", "no meaning", "no adapter"},
    {18, "dropout = 0.1", "f.toml:18", "no meaning", "no adapter"},
    {18, "epochs = 0", "f.toml:18", "out of range", "from 1"},
    {18, "learning_rate = 0", "f.toml:18", "out of range", "above 0 up to 1"},
    {18, "learning_rate = inf", "f.toml:18", "out of range", "above 0"},
    {18, "learnin_rate = 1", "f.toml:18", "unknown key", "did you mean `learning_rate`"},
    {18, "warmup_ratio = 1", "f.toml:18", "out of range", "below 1"},
    {18, "weight_decay = -0.1", "f.toml:18", "out of range", "from 0"},
    {18, "max_grad_norm = -1", "f.toml:18", "out of range", "from 0"},
    {18, "lr_scheduler_type = \"cos\"", "f.toml:18", "cannot be \"cos\"", "\"cosine\""},
    {20, "context = [\"none\", \"raag\"]", "f.toml:20", "no [context.raag]", "mean \"rag\""},
    {20, "context = [\"rag\", \"rag\"]", "f.toml:20", "twice", "leave one"},
    {20, "context = []", "f.toml:20", "empty list", "at least one"},
    {20, "contexts = [\"rag\"]", "f.toml:20", "unknown key `grid.contexts`", "`context`"},
    {13, "purpose = [\"domain_qa\"]\ndata = \"companyqa\"", "f.toml:14", "does not name",
     "did you mean \"company_qa\""},
    {21, "[suite.slack]", "f.toml:21", "does not name \"slack\"", "add it to `suites`"},
    {21, "[suite.company_qa]\ncontext = [\"raag\"]", "f.toml:22", "no context \"raag\"",
     "mean \"rag\""},
    {21, "[suite.company_qa]\ntuning = [\"loraa\"]", "f.toml:22", "no tuning", "mean \"lora\""},
    {21, "[suite.company_qa]\nseeds = [1]", "f.toml:22", "unknown key", "known here"},
    {21, "tuning = [\"qqqqqqq\"]", "f.toml:21", "no [tuning.qqqqqqq]", "base, lora, full"},
};

Error error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parse_experiment(text, "f.toml", overrides);
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return Error("", "", "");
}

void check(const Error& error, const std::string& where, const std::string& problem,
           const std::string& mend) {
  INFO(error.what());
  CHECK(error.where().ends_with(where));
  CHECK(error.problem().find(problem) != std::string::npos);
  CHECK(error.mend().find(mend) != std::string::npos);
}

}  // namespace

TEST_CASE("the lines without a mistake are accepted") {
  CHECK(parse_experiment(with(0, ""), "f.toml").contexts.size() == 2);
}

TEST_CASE("each mistake is named with its line and its mend") {
  for (const Case& wrong : kCases) {
    CAPTURE(wrong.replacement);
    check(error_of(with(wrong.line, wrong.replacement)), wrong.where, wrong.problem, wrong.mend);
  }
}

TEST_CASE("no context at all, and things that are no tables") {
  const std::string head = "name = \"x\"\nsuites = [\"s\"]\n";
  const std::string model = "[model]\npath = \"m\"\n";
  check(error_of(head + model), "f.toml:1", "no context", "zero_shot");
  check(error_of(head + "model = 3\n"), "f.toml:3", "must be a table", "write [model]");
  check(error_of(head + "context = 3\n" + model), "f.toml:3", "must be tables", "[context.NAME]");
  check(error_of(head + "context.none = 3\n" + model), "f.toml:3", "must be a table",
        "[context.NAME]");
}

TEST_CASE("a wrong override is named as such") {
  const std::string good = with(0, "");
  check(error_of(good, {"tuning.lora.rank=0"}), "--set tuning.lora.rank=0", "out of range", "1");
  check(error_of(good, {"tuning.lora.rnk=3"}), "--set tuning.lora.rnk=3", "unknown key", "`rank`");
  check(error_of(good, {"tuning.lora.rank"}), "--set tuning.lora.rank", "not a setting", "key=");
  check(error_of(good, {"=3"}), "--set =3", "not a setting", "key=");
  check(error_of(good, {"a..b=3"}), "--set a..b=3", "not a setting", "key=");
  check(error_of(good, {"name.x=3"}), "--set name.x=3", "`name` is not a table", "check the key");
  check(error_of(good, {"seeds=1\nmargin = 3"}), "margin = 3", "list of whole numbers", "seeds");
}
