#include "datasets/own/own_suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "harness/stats/power.h"

namespace quadrant {
namespace {

enum class Split { kTrain, kDev, kTest };

// By what a table may call a document: its id, its file name, its file name without the ending.
class DocumentNames {
 public:
  explicit DocumentNames(const std::vector<Document>& documents) {
    for (const Document& document : documents) {
      const std::filesystem::path path(document.id);
      for (const std::string& name :
           std::set<std::string>{document.id, path.filename().string(), path.stem().string()}) {
        ids_[name].insert(document.id);
      }
      exact_.insert(document.id);
    }
  }

  std::string id_of(const OwnQuestion& question) const {
    const std::string& name = question.document;
    if (name.empty() || exact_.count(name)) return name;
    const auto found = ids_.find(name);
    if (found == ids_.end()) {
      const std::string near = nearest_name(name, {exact_.begin(), exact_.end()});
      throw Error(fmt::format("there is no document \"{}\"", name), question.where,
                  near.empty() ? "name a file of the folder of documents"
                               : fmt::format("did you mean \"{}\"?", near));
    }
    if (found->second.size() > 1) {
      throw Error(fmt::format("\"{}\" may be {} or {}", name, *found->second.begin(),
                              *std::next(found->second.begin())),
                  question.where, "write the path below the folder of documents");
    }
    return *found->second.begin();
  }

 private:
  std::map<std::string, std::set<std::string>> ids_;
  std::set<std::string> exact_;
};

std::map<std::string, Split> split_clusters(const std::set<std::string>& clusters,
                                            std::uint64_t seed) {
  std::vector<std::string> order(clusters.begin(), clusters.end());
  Rng(seed, "splits").shuffle(order);
  const std::size_t test = std::max<std::size_t>(1, order.size() / 2);
  const std::size_t dev = std::max<std::size_t>(1, order.size() / 10);
  std::map<std::string, Split> splits;
  for (std::size_t i = 0; i < order.size(); ++i) {
    splits[order[i]] = i < test ? Split::kTest : i < test + dev ? Split::kDev : Split::kTrain;
  }
  return splits;
}

Suite empty_suite(const std::string& name, const std::vector<OwnQuestion>& questions) {
  Suite suite;
  suite.name = name;
  suite.version = "1";
  suite.kind = "qa";
  suite.metrics = {"contains", "exact_match", "f1"};
  suite.prompt.system = "Answer with a short phrase.";
  suite.prompt.question = "Question: {question}";
  suite.prompt.context = "Context:\n{passages}\n\nQuestion: {question}";
  // Room for the longest answer: a token is rarely shorter than two bytes.
  std::size_t longest = 0;
  bool lines = false;
  for (const OwnQuestion& question : questions) {
    longest = std::max(longest, question.answer.size());
    lines = lines || question.answer.find('\n') != std::string::npos;
  }
  suite.prompt.max_new_tokens = static_cast<int>(std::clamp<std::size_t>(longest / 2, 16, 512));
  if (!lines) suite.prompt.stop = {"\n"};
  return suite;
}

}  // namespace

Suite make_own_suite(const std::string& name, const std::vector<Document>& documents,
                     const std::vector<OwnQuestion>& questions, std::uint64_t seed) {
  const DocumentNames names(documents);
  std::vector<std::string> gold, cluster;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    gold.push_back(names.id_of(questions[i]));
    cluster.push_back(!questions[i].cluster.empty() ? questions[i].cluster
                      : !gold[i].empty()            ? gold[i]
                                                    : numbered("q", i + 1));
  }
  const std::set<std::string> clusters(cluster.begin(), cluster.end());
  if (clusters.size() < 3) {
    throw Error(fmt::format("the questions are about {} document(s) or cluster(s), and training, "
                            "choosing and testing each need their own",
                            clusters.size()),
                questions.front().where,
                "ask about at least 3 documents, or name finer clusters in a column `cluster`");
  }
  const auto splits = split_clusters(clusters, seed);
  Suite suite = empty_suite(name, questions);
  suite.corpus = documents;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Split split = splits.at(cluster[i]);
    if (split == Split::kTrain) {
      suite.train.push_back(qa_example(questions[i].question, questions[i].answer, cluster[i]));
      continue;
    }
    Item item;
    item.id = numbered("q", i + 1);
    item.question = questions[i].question;
    item.targets = {questions[i].answer};
    if (!gold[i].empty()) item.gold_docs = {gold[i]};
    item.cluster = cluster[i];
    (split == Split::kDev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

double expected_detectable_difference(const std::vector<Item>& test) {
  std::set<std::string> names;
  for (const Item& item : test) names.insert(item.cluster);
  const int items = static_cast<int>(test.size()), clusters = static_cast<int>(names.size());
  if (clusters < 2) return kUnknown;
  return minimum_detectable_effect(planned_se(items, clusters), clusters - 1);
}

}  // namespace quadrant
