// One function a verb: it adds its subcommand and leaves its work in `action` when chosen.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace quadrant {

using Action = std::function<int()>;  // returns the exit code

void add_plan(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_resume(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_gate(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_reproduce(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_show(CLI::App& app, Action& action);
void add_watch(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_merge_adapter(CLI::App& app, Action& action);
void add_bundle(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_gc(CLI::App& app, Action& action);
void add_suite(CLI::App& app, Action& action);
void add_index(CLI::App& app, Action& action);
void add_tokenize(CLI::App& app, Action& action);
void add_score(CLI::App& app, Action& action);
void add_generate(CLI::App& app, Action& action);
void add_embed(CLI::App& app, Action& action);
void add_tune(CLI::App& app, Action& action);
void add_merge(CLI::App& app, Action& action);

}  // namespace quadrant
