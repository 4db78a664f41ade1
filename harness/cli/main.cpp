// quadrant: parse, choose the verb, do it, turn errors into exit codes.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "harness/cli/common.h"
#include "harness/cli/verbs.h"
#include "harness/core/error.h"

namespace {

// libgomp reads this when it is loaded, before main. Its threads spin at barriers; with a busy
// neighbour on the machine that costs up to twenty times the work itself, so the spin is bounded.
void bound_openmp_spinning(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") || std::getenv("OMP_WAIT_POLICY")) return;
  setenv("GOMP_SPINCOUNT", "1000", 1);
  execv("/proc/self/exe", argv);  // on failure: go on, only slower under load
}

void add_verbs(CLI::App& app, quadrant::Action& action) {
  using namespace quadrant;
  add_plan(app, action);
  add_run(app, action);
  add_resume(app, action);
  add_report(app, action);
  add_compare(app, action);
  add_gate(app, action);
  add_export(app, action);
  add_reproduce(app, action);
  add_list(app, action);
  add_show(app, action);
  add_watch(app, action);
  add_validate(app, action);
  add_doctor(app, action);
  add_merge(app, action);
  add_bundle(app, action);
  add_import(app, action);
  add_gc(app, action);
  add_suite(app, action);
  add_index(app, action);
  add_tokenize(app, action);
  add_score(app, action);
  add_generate(app, action);
  add_embed(app, action);
  add_tune(app, action);
  add_merge_adapter(app, action);
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"Change what the model sees, or change the model? Quadrant measures both.",
               "quadrant"};
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("quadrant ") + QUADRANT_VERSION);
  quadrant::Action action;
  add_verbs(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? quadrant::kOk : quadrant::kUsage;
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  bound_openmp_spinning(argv);
  quadrant::command_line().assign(argv, argv + argc);
  quadrant::listen_for_stop();
  try {
    return parse_and_run(argc, argv);
  } catch (const quadrant::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return quadrant::kUserError;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: out of memory\n  mend:  use a smaller model or batch_size\n");
    return quadrant::kUserError;
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "error: {}\n  mend:  check the path, and that you may use it\n",
               error.what());
    return quadrant::kUserError;
  } catch (const std::exception& error) {
    fmt::print(stderr, "this is a bug in quadrant, please report it: {}\n", error.what());
    return quadrant::kOurBug;
  }
}
