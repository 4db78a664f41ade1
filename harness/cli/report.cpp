// quadrant report: one run or several as a self-contained page.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/store/store.h"
#include "reports/model/prices.h"
#include "reports/model/report_model.h"
#include "reports/page/render.h"

namespace quadrant {
namespace {

struct ReportVerbOptions {
  std::vector<std::string> runs;
  std::string store, output = "report.html", samples = "default", language = "en", prices;
};

ReportOptions report_options(const ReportVerbOptions& options) {
  ReportOptions result;
  result.samples = parse_sample_choice(options.samples);
  result.language = parse_language(options.language);
  if (!options.prices.empty()) {
    result.prices = parse_prices(read_text(options.prices), options.prices);
  }
  return result;
}

int write_report(const ReportVerbOptions& options) {
  const ReportOptions choices = report_options(options);
  const Store store(options.store);
  std::vector<std::int64_t> runs;  // each once, in the order asked for
  for (const std::string& name : options.runs) {
    const std::int64_t run = store.find_run(name);
    if (std::find(runs.begin(), runs.end(), run) == runs.end()) runs.push_back(run);
  }
  std::vector<ReportModel> models;
  for (const std::int64_t run : runs) models.push_back(load_report_model(store, run, choices));
  const std::string page = choices.samples == SampleChoice::kAll
                               ? render_report(std::move(models), 0)
                               : render_report(std::move(models));
  write_atomically(options.output, page);
  fmt::print("{}: run{} {}, {} KB\n", options.output, runs.size() == 1 ? "" : "s",
             fmt::join(runs, ", "), page.size() / 1000);
  return kOk;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto* verb =
      app.add_subcommand("report", "write the report of one or more runs as one HTML file");
  auto options = std::make_shared<ReportVerbOptions>();
  options->runs = {"latest"};
  verb->add_option("RUN", options->runs,
                   "a run's number, hash, or \"latest\"; several share a page")
      ->capture_default_str();
  verb->add_option("-o,--output", options->output, "the file to write")->capture_default_str();
  verb->add_option("--samples", options->samples, "answers to include: default | all | none")
      ->capture_default_str();
  verb->add_option("--language", options->language, "of the page: en | ko")->capture_default_str();
  verb->add_option(
      "--prices", options->prices,
      "TOML file: currency, input and output (per million tokens), training (per hour)");
  add_store_option(*verb, options->store);
  verb->callback([&action, options] { action = [options] { return write_report(*options); }; });
}

}  // namespace quadrant
