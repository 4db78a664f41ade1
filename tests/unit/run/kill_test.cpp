// kill -9 at random moments, and two processes on one store.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "harness/core/rng.h"
#include "tests/unit/run/scene.h"

using namespace quadrant;
using test::contents;
using test::count;
using test::Scene;

namespace {

void nap(std::uint64_t microseconds) {
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

// Runs `work` in a child that leaves without cleaning up, as a killed one would.
template <class Work>
pid_t in_child(Work work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child > 0) return child;
  int code = 1;
  try {
    code = work() ? 0 : 3;
  } catch (const std::exception&) {
  }
  ::_exit(code);
}

int exit_code(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool start_or_resume(Scene& scene) {
  Store store(scene.store_file(), Store::Open::kCreate);
  return store.runs().empty() ? scene.run(store).complete() : scene.resume(store, 1).complete();
}

// A run that took the other's tuned model has none of its own.
std::string without_trainings(const std::string& contents) {
  return contents.substr(0, contents.find("\ntraining "));
}

}  // namespace

TEST_CASE("killed again and again at random moments, no record is lost or doubled") {
  Scene scene;
  std::string whole;
  {
    Store store(scene.store_file("whole.db"), Store::Open::kCreate);
    whole = contents(store, scene.run(store).run_id);
  }
  scene.script.before_batch = scene.script.before_step = [] { nap(500); };
  Rng rng(20);
  int kills = 0;
  for (int code = -1; code != 0;) {
    const pid_t child = in_child([&] { return start_or_resume(scene); });
    // Longer and longer, so that the run comes to its end on a slow machine too.
    nap(5'000 + rng.below(20'000) + static_cast<std::uint64_t>(kills) * 2'000);
    ::kill(child, SIGKILL);
    code = exit_code(child);
    REQUIRE(code <= 0);  // killed or finished: never failed
    if (code == 0) break;
    ++kills;
    REQUIRE(kills < 500);
    if (!std::filesystem::exists(scene.store_file())) continue;
    Store store(scene.store_file(), Store::Open::kCreate);
    CHECK(count(store, "SELECT integrity_check='ok' FROM pragma_integrity_check") == 1);
    CHECK(count(store, "SELECT count(*) FROM pragma_foreign_key_check") == 0);
  }
  CHECK(kills > 3);
  const Store store(scene.store_file());
  CHECK(contents(store, 1) == whole);
  CHECK(count(store, "SELECT count(*) FROM record") == 13 * test::kItems);
  CHECK(count(store, "SELECT count(*) FROM run") == 1);
}

TEST_CASE("two processes with one store and one experiment do each piece of work once") {
  Scene scene;
  std::string whole;
  {
    Store store(scene.store_file("whole.db"), Store::Open::kCreate);
    whole = contents(store, scene.run(store).run_id);
  }
  scene.script.before_batch = scene.script.before_step = [] { nap(500); };
  { const Store store(scene.store_file(), Store::Open::kCreate); }
  const auto work = [&] {
    Store store(scene.store_file());
    return scene.run(store).complete();
  };
  const pid_t first = in_child(work), second = in_child(work);
  CHECK(exit_code(first) == 0);
  CHECK(exit_code(second) == 0);
  const Store store(scene.store_file());
  CHECK(store.runs().size() == 2);
  for (const RunRow& run : store.runs()) {
    CHECK(run.state == "done");
    CHECK(without_trainings(contents(store, run.id)) == without_trainings(whole));
  }
  CHECK(count(store, "SELECT count(*) FROM attempt") == 13);
  CHECK(count(store, "SELECT count(*) FROM record") == 13 * test::kItems);
  CHECK(count(store, "SELECT count(*) FROM training") == 2);
  CHECK(count(store, "SELECT integrity_check='ok' FROM pragma_integrity_check") == 1);
}
