// quadrant report: one run as a self-contained page.
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/files.h"
#include "harness/store/store.h"
#include "reports/model/prices.h"
#include "reports/model/report_model.h"
#include "reports/page/render.h"

namespace quadrant {
namespace {

struct ReportVerbOptions {
  std::string run = "latest", store, output = "report.html", samples = "default", prices;
};

int write_report(const ReportVerbOptions& options) {
  const SampleChoice samples = parse_sample_choice(options.samples);
  const Store store(options.store);
  ReportOptions report_options;
  report_options.samples = samples;
  if (!options.prices.empty()) {
    report_options.prices = parse_prices(read_text(options.prices), options.prices);
  }
  const ReportModel model = load_report_model(store, store.find_run(options.run), report_options);
  const std::string page =
      samples == SampleChoice::kAll ? render_report(model, 0) : render_report(model);
  write_atomically(options.output, page);
  fmt::print("{}: run {}, {} KB\n", options.output, model.run_id, page.size() / 1000);
  return kOk;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("report", "write a run's report as one HTML file");
  auto options = std::make_shared<ReportVerbOptions>();
  verb->add_option("RUN", options->run, "a run's number, hash, or \"latest\"")
      ->capture_default_str();
  verb->add_option("-o,--output", options->output, "the file to write")->capture_default_str();
  verb->add_option("--samples", options->samples, "answers to include: default | all | none")
      ->capture_default_str();
  verb->add_option(
      "--prices", options->prices,
      "TOML file: currency, input and output (per million tokens), training (per hour)");
  add_store_option(*verb, options->store);
  verb->callback([&action, options] { action = [options] { return write_report(*options); }; });
}

}  // namespace quadrant
