#include "harness/store/run_progress.h"

#include <algorithm>

#include "harness/store/sql.h"

namespace quadrant {
namespace {

void read_cells(const Database& database, std::int64_t run_id, RunProgress& progress) {
  Statement query = database.prepare(
      "SELECT c.suite||', '||rc.context||' + '||rc.tuning||"
      "CASE WHEN c.seed IS NULL THEN '' ELSE ', seed '||c.seed END,coalesce(a.state,''),c.expected,"
      "(SELECT count(*) FROM record r WHERE r.attempt_id=a.attempt_id AND r.sample=0),"
      "coalesce(a.run_id=?1,0),coalesce(a.seconds,0),coalesce(a.peak_bytes,0) "
      "FROM run_cell rc JOIN cell c USING(cell_id) LEFT JOIN attempt a USING(attempt_id) "
      "WHERE rc.run_id=?1 ORDER BY rc.position");
  query.bind(1, run_id);
  while (query.step()) {
    const std::string state = query.text(1);
    const RunProgress::Cell cell{query.text(0), query.integer(3), query.integer(2)};
    ++progress.cells;
    progress.cells_done += state == "done" ? 1 : 0;
    progress.cells_failed += state == "failed" ? 1 : 0;
    progress.answers += cell.answers;
    progress.expected += cell.expected;
    if (state == "running") progress.going_on.push_back(cell);
    if (query.integer(4) == 0) continue;
    progress.own_answers += cell.answers;
    progress.seconds += query.real(5);
    progress.peak_bytes = std::max(progress.peak_bytes, query.integer(6));
  }
}

void read_trainings(const Database& database, std::int64_t run_id, RunProgress& progress) {
  Statement query = database.prepare(
      "SELECT t.method,t.state,t.seed,t.last_step,t.steps,s.loss,coalesce(t.peak_bytes,0) "
      "FROM training t LEFT JOIN training_step s "
      "ON s.training_id=t.training_id AND s.step=t.last_step AND s.split='train' "
      "WHERE t.run_id=? ORDER BY t.training_id");
  query.bind(1, run_id);
  while (query.step()) {
    progress.trainings.push_back({query.text(0), query.text(1), query.integer(2), query.integer(3),
                                  optional_integer(query, 4), query.real(5)});
    progress.peak_bytes = std::max(progress.peak_bytes, query.integer(6));
  }
}

}  // namespace

RunProgress run_progress(const Database& database, std::int64_t run_id) {
  RunProgress progress;
  read_cells(database, run_id, progress);
  read_trainings(database, run_id, progress);
  Statement query = database.prepare(
      "SELECT q.body,r.output FROM record r JOIN attempt a USING(attempt_id) "
      "JOIN cell c USING(cell_id) JOIN item i ON i.dataset_id=c.dataset_id AND i.item_no=r.item_no "
      "JOIN blob q ON q.blob_id=i.question "
      "WHERE a.attempt_id=(SELECT max(attempt_id) FROM attempt WHERE run_id=?) "
      "ORDER BY r.record_id DESC LIMIT 3");
  query.bind(1, run_id);
  while (query.step()) progress.last.push_back({query.text(0), query.text(1)});
  return progress;
}

}  // namespace quadrant
