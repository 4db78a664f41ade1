// quadrant suite write: a built-in suite as a folder. quadrant suite init: one of your own files.
#include <cmath>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "datasets/common/save_suite.h"
#include "datasets/own/own_suite.h"
#include "datasets/suite.h"
#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "retrieval/documents/documents.h"

namespace quadrant {
namespace {

namespace fs = std::filesystem;

void demand_empty(const fs::path& folder) {
  if (fs::exists(folder) && !fs::is_empty(folder)) {
    throw Error("the folder is not empty", folder.string(), "name a new or an empty folder");
  }
}

void say_sizes(const std::string& folder, const Suite& suite) {
  fmt::print("{}: {} documents, {} training lines, {} dev and {} test questions\n", folder,
             suite.corpus.size(), suite.train.size(), suite.dev.size(), suite.test.size());
}

int write_suite(const std::string& name, std::uint64_t seed, const std::string& folder) {
  demand_empty(folder);
  write_built_in_suite(name, seed, folder);
  say_sizes(folder, load_suite(folder));
  return kOk;
}

// ---- init

std::vector<Document> read_all(const std::string& source) {
  std::vector<Document> documents;
  const std::vector<fs::path> sources{source};
  ReadReport report;
  read_documents(
      sources, [&](Document document) { documents.push_back(std::move(document)); }, report);
  for (const UnreadableSource& file : report.unreadable) {
    fmt::print(stderr, "left out: {}: {}\n", file.where, file.problem);
  }
  if (report.other_files > 0) {
    fmt::print(stderr, "left out: {} files of kinds that are not read\n", report.other_files);
  }
  if (documents.empty()) {
    throw Error("no document can be read there", source,
                "name a folder with .txt, .md, .html or .pdf files, or a .jsonl file");
  }
  return documents;
}

void say_power(const Suite& suite) {
  std::set<std::string> clusters;
  for (const Item& item : suite.test) clusters.insert(item.cluster);
  const double difference = expected_detectable_difference(suite.test);
  if (std::isnan(difference) || difference > 1) {
    fmt::print("power: {} cluster(s) in test are too few to tell any difference from chance\n",
               clusters.size());
    return;
  }
  fmt::print(
      "power: with {} clusters in test, a difference must be about {:.0f} points to be found 4 "
      "times out of 5 (if two strategies disagree on 40 % of the questions)\n",
      clusters.size(), std::ceil(100 * difference));
}

int init_suite(const std::string& folder, const std::string& from, const std::string& qa,
               std::uint64_t seed) {
  demand_empty(folder);
  const fs::path name = fs::absolute(folder).lexically_normal();
  const Suite made =
      make_own_suite((name.has_filename() ? name : name.parent_path()).filename().string(),
                     read_all(from), read_questions(qa), seed);
  save_suite(made, folder);
  const Suite suite = load_suite(folder);
  say_sizes(folder, suite);
  fmt::print("the split goes by document, or by the column `cluster` (seed {}); look it over\n",
             seed);
  for (const std::string& limit : suite_limits(suite)) fmt::print("note: {}\n", limit);
  say_power(suite);
  return kOk;
}

void add_write(CLI::App& verb, Action& action) {
  auto* write = verb.add_subcommand("write", "write a built-in suite as a folder");
  auto name = std::make_shared<std::string>(), folder = std::make_shared<std::string>();
  auto tier = std::make_shared<std::string>("cpu");
  auto seed = std::make_shared<std::uint64_t>(0);
  write->add_option("NAME", *name, "company_qa, ... (quadrant list suites)")->required();
  write->add_option("DIR", *folder, "a new or an empty folder")->required();
  write->add_option("--seed", *seed, "another seed, another world")->capture_default_str();
  write->add_option("--tier", *tier, "smoke, cpu or full: for tests, for two cores, for a GPU")
      ->check(CLI::IsMember({"smoke", "cpu", "full"}))
      ->capture_default_str();
  write->callback([&action, name, folder, tier, seed] {
    action = [name, folder, tier, seed] {
      return write_suite(*tier == "cpu" ? *name : *name + "_" + *tier, *seed, *folder);
    };
  });
}

void add_init(CLI::App& verb, Action& action) {
  auto* init = verb.add_subcommand("init", "make a suite of your own documents and questions");
  auto folder = std::make_shared<std::string>(), from = std::make_shared<std::string>();
  auto qa = std::make_shared<std::string>();
  auto seed = std::make_shared<std::uint64_t>(0);
  init->add_option("DIR", *folder, "a new or an empty folder")->required();
  init->add_option("--from", *from, "a folder of documents (.txt, .md, .html, .pdf), or a .jsonl")
      ->required();
  init->add_option("--qa", *qa, "CSV with a first line question,answer[,doc][,cluster]")
      ->required();
  init->add_option("--seed", *seed, "another seed, another split")->capture_default_str();
  init->callback([&action, folder, from, qa, seed] {
    action = [folder, from, qa, seed] { return init_suite(*folder, *from, *qa, *seed); };
  });
}

}  // namespace

void add_suite(CLI::App& app, Action& action) {
  auto* verb =
      app.add_subcommand("suite", "suites: a built-in one as a folder, or one of your own");
  verb->require_subcommand(1);
  add_write(*verb, action);
  add_init(*verb, action);
}

}  // namespace quadrant
