// quadrant export: one run in the formats of other tools.
#include "reports/export/export.h"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/bundle_file.h"
#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/store/store.h"

namespace quadrant {
namespace {

constexpr const char* kBundle = "bundle";

struct ExportOptions {
  std::string run = "latest", store, format, output;
};

using Writer = std::function<void(const TextSink& out)>;

// Gathers small pieces, so that a record is not a system call.
void write_buffered(const Writer& write, const TextSink& out) {
  constexpr std::size_t kEnough = 1 << 16;
  std::string waiting;
  write([&](std::string_view text) {
    waiting += text;
    if (waiting.size() < kEnough) return;
    out(waiting);
    waiting.clear();
  });
  out(waiting);
}

void write_file(const std::filesystem::path& file, const Writer& write) {
  write_atomically(file, [&](const ByteSink& sink) {
    write_buffered(write, [&](std::string_view text) { sink(text.data(), text.size()); });
  });
}

void write_stdout(const Writer& write) {
  write_buffered(write, [](std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
    throw Error("cannot write the export", "standard output",
                "free some space, or name a file with -o");
  });
}

// Each file is whole or not there.
int write_folder(const ExportFormat& format, const Store& store, std::int64_t run,
                 const std::filesystem::path& folder) {
  int files = 0;
  format.write_folder(store, run, [&](const std::string& name, const Writer& write) {
    const auto file = folder / name;
    std::filesystem::create_directories(file.parent_path());
    write_file(file, write);
    ++files;
  });
  fmt::print("{}: run {} as {}, {} files\n", folder.string(), run, format.name, files);
  return kOk;
}

int export_run(const ExportOptions& options) {
  if (options.format == kBundle) {
    if (options.output.empty()) {
      throw Error("a bundle is a file", "--format", "name the file with -o");
    }
    return bundle_runs(options.store, {options.run}, /*adapters=*/false, options.output);
  }
  const ExportFormat& format = find_export_format(options.format);
  if (format.write_folder && options.output.empty()) {
    throw Error(fmt::format("{} is a folder of files", format.name), "--format",
                "name the folder with -o");
  }
  const Store store(options.store);
  const std::int64_t run = store.find_run(options.run);
  if (format.write_folder) return write_folder(format, store, run, options.output);
  const Writer write = [&](const TextSink& out) { format.write(store, run, out); };
  if (options.output.empty()) {
    write_stdout(write);
  } else {
    write_file(options.output, write);
    fmt::print("{}: run {} as {}\n", options.output, run, format.name);
  }
  return kOk;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand("export", "a run in the formats of other tools");
  auto options = std::make_shared<ExportOptions>();
  verb->add_option("RUN", options->run, "a run's number, hash, or \"latest\"")
      ->capture_default_str();
  verb->add_option("--format", options->format, "one of those below")->required();
  verb->add_option("-o,--output", options->output,
                   "the file or folder to write; standard output if absent");
  add_store_option(*verb, options->store);
  std::string formats = "Formats:\n";
  for (const ExportFormat& format : export_formats()) {
    formats += fmt::format("  {:<11} {}\n", format.name, format.description);
  }
  formats += fmt::format("  {:<11} {}\n", kBundle,
                         "one file to report and repeat elsewhere: the verb bundle");
  verb->footer(formats);
  verb->callback([&action, options] { action = [options] { return export_run(*options); }; });
}

}  // namespace quadrant
