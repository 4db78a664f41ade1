#include "harness/store/fault_checks.h"

namespace quadrant {
namespace {

// The kind of a JSON text that may be no JSON at all; CASE decides before json_type() can fail.
#define IS_TEXT_LIST(column)                                           \
  "CASE WHEN NOT json_valid(" column ") THEN 0 WHEN json_type(" column \
  ")<>'array' THEN 0 ELSE NOT EXISTS(SELECT 1 FROM json_each(" column ") WHERE type<>'text') END"
#define IS_TEXT_MAP(column)     \
  "CASE WHEN json_type(" column \
  ")<>'object' THEN 0 ELSE NOT EXISTS(SELECT 1 FROM json_each(" column ") WHERE type<>'text') END"
#define ANSWERS_FIT(column)                                                                    \
  "(json_type(" column ",'$.answer') IS NULL OR (json_type(" column                            \
  ",'$.answer')='integer' AND json_extract(" column ",'$.answer')>=0 AND json_extract(" column \
  ",'$.answer')<coalesce(json_array_length(" column ",'$.choices'),0)))"

constexpr FaultCheck kChecks[] = {
    // Content has the hash that it is known by.
    {"a text has another hash than it says", "SELECT hash FROM blob WHERE hash<>sha256(body)"},
    {"a text has another length than it says",
     "SELECT hash FROM blob WHERE bytes<>length(CAST(body AS BLOB))"},
    {"an experiment has another hash than it says",
     "SELECT config_hash FROM experiment WHERE config_hash<>sha256(config)"},
    {"a cell has another hash than it says", "SELECT hash FROM cell WHERE hash<>sha256(spec)"},
    {"a strategy has another hash than it says",
     "SELECT hash FROM strategy WHERE hash<>sha256(context||char(10)||model)"},
    {"a training has another hash than it says",
     "SELECT hash FROM training WHERE hash<>sha256(config)"},
    {"a rule of judging has another hash than it says",
     "SELECT hash FROM lock WHERE hash<>sha256(spec)"},

    // JSON is what its readers take it for.
    {"the settings of an experiment are no JSON object",
     "SELECT config_hash FROM experiment WHERE json_type(config)<>'object'"},
    {"a strategy is no JSON object",
     "SELECT hash FROM strategy WHERE json_type(context)<>'object' OR json_type(model)<>'object'"},
    {"a cell is no JSON object",
     "SELECT hash FROM cell WHERE json_type(spec)<>'object' OR json_type(decoding)<>'object'"},
    {"an environment is no JSON object",
     "SELECT hash FROM environment WHERE json_type(build)<>'object' OR "
     "json_type(hardware)<>'object' OR json_type(libraries)<>'object' OR "
     "json_type(determinism)<>'object'"},
    {"a rule of judging is no JSON object",
     "SELECT hash FROM lock WHERE json_type(spec)<>'object'"},
    {"the options of a run are no JSON object",
     "SELECT hash FROM run WHERE json_type(options)<>'object'"},
    {"the command line of a run is no list of texts",
     "SELECT hash FROM run WHERE NOT (" IS_TEXT_LIST("argv") ")"},
    {"the metrics of a cell are no list of texts",
     "SELECT context||' + '||tuning FROM run_cell WHERE NOT (" IS_TEXT_LIST("metrics") ")"},
    {"the answers of an item are no list of texts",
     "SELECT item_id FROM item JOIN blob ON blob_id=target WHERE NOT (" IS_TEXT_LIST("body") ")"},
    {"the labels of an item are no texts",
     "SELECT item_id FROM item WHERE NOT (" IS_TEXT_MAP("meta") ")"},
    {"the details of an item are no JSON object",
     "SELECT item_id FROM item WHERE json_type(details)<>'object'"},
    {"the answer of an item is none of its choices",
     "SELECT item_id FROM item WHERE NOT " ANSWERS_FIT("details")},
    {"the log-probabilities of a record are no JSON object",
     "SELECT attempt_id||', item '||item_no FROM record WHERE answer NOT NULL AND "
     "CASE WHEN json_valid(answer) THEN json_type(answer)<>'object' ELSE 1 END"},

    // Counts fit, and are so small that sums of them are numbers too.
    {"the items of a data set are not counted from 0",
     "SELECT d.hash FROM item JOIN dataset d USING(dataset_id) GROUP BY dataset_id "
     "HAVING min(item_no)<>0 OR max(item_no)<>count(*)-1 OR count(*)<>d.items"},
    {"a cell asks for another number of items than its data set has",
     "SELECT c.hash FROM cell c JOIN dataset d USING(dataset_id) WHERE c.expected<>d.items OR "
     "(d.items>0 AND NOT EXISTS(SELECT 1 FROM item i WHERE i.dataset_id=d.dataset_id))"},
    {"a record is of no item of its cell",
     "SELECT c.hash FROM record r JOIN attempt USING(attempt_id) JOIN cell c USING(cell_id) "
     "WHERE r.item_no<0 OR r.item_no>=c.expected"},
    {"a record counts more than there can be, or less than nothing",
     "SELECT attempt_id||', item '||item_no FROM record WHERE wording NOT BETWEEN 0 AND 1000000 OR "
     "prompt_tokens NOT BETWEEN 0 AND 1000000000 OR output_tokens NOT BETWEEN 0 AND 1000000000"},
    {"a training counts more than there can be, or less than nothing",
     "SELECT hash FROM training WHERE coalesce(tokens,0) NOT BETWEEN 0 AND 1000000000000000 OR "
     "coalesce(steps,0) NOT BETWEEN 0 AND 1000000000 OR last_step NOT BETWEEN 0 AND 1000000000 "
     "UNION SELECT training_id||', step '||step FROM training_step WHERE "
     "tokens NOT BETWEEN 0 AND 1000000000 OR step NOT BETWEEN 0 AND 1000000000"},
    {"a finished cell lacks records, or its hash",
     "SELECT c.hash FROM attempt a JOIN cell c USING(cell_id) WHERE a.state='done' AND "
     "(a.output_hash IS NULL OR c.expected<>(SELECT count(*) FROM record r "
     "WHERE r.attempt_id=a.attempt_id AND r.sample=0))"},
    {"a run takes the answers of another cell",
     "SELECT rc.context||' + '||rc.tuning FROM run_cell rc JOIN attempt a USING(attempt_id) "
     "WHERE a.cell_id<>rc.cell_id"},
    {"a file of a training lies outside its folder",
     "SELECT path FROM artifact WHERE training_id IS NULL OR path GLOB '*[^A-Za-z0-9._/-]*' OR "
     "instr(path,'..')>0 OR "
     "substr(path,1,length('training-'||training_id||'/'))<>'training-'||training_id||'/'"},
};

#undef IS_TEXT_LIST
#undef IS_TEXT_MAP
#undef ANSWERS_FIT

constexpr const char *kText = "'text'", *kNumber = "'integer','real'", *kInteger = "'integer'",
                     *kObject = "'object'", *kArray = "'array'";
constexpr const char* kRecord = "attempt_id||', item '||item_no";

constexpr JsonValue kJsonValues[] = {
    {"experiment", "config_hash", "config", "$.margin", kNumber},
    {"experiment", "config_hash", "config", "$.model", kObject},
    {"experiment", "config_hash", "config", "$.model.path", kText},
    {"strategy", "hash", "context", "$.kind", kText},
    {"strategy", "hash", "context", "$.instruction", kText},
    {"strategy", "hash", "context", "$.layout", kText},
    {"strategy", "hash", "context", "$.examples", kInteger},
    {"strategy", "hash", "model", "$.data", kText},
    {"strategy", "hash", "model", "$.learning_rate", kNumber},
    {"cell", "hash", "spec", "$.model", kObject},
    {"cell", "hash", "spec", "$.prompt", kObject},
    {"cell", "hash", "spec", "$.prompt.system", kText},
    {"cell", "hash", "spec", "$.prompt.question", kText},
    {"cell", "hash", "spec", "$.prompt.more", kArray},
    {"cell", "hash", "spec", "$.prompt.trained", kInteger},
    {"cell", "hash", "spec", "$.context", kObject},
    {"cell", "hash", "spec", "$.context.kind", kText},
    {"cell", "hash", "spec", "$.context.k", kInteger},
    {"cell", "hash", "decoding", "$.method", kText},
    {"run", "hash", "options", "$.limit", kInteger},
    {"run", "hash", "options", "$.only", kArray},
    {"item", "item_id", "details", "$.choices", kArray},
    {"item", "item_id", "details", "$.gold_docs", kArray},
    {"record", kRecord, "answer", "$.delimiter", kText},
    {"record", kRecord, "answer", "$.options", kArray, true},
};

constexpr FaultCheck kJsonListChecks[] = {
    {"what was left out of a run is no list of keys and names",
     "SELECT hash FROM run,json_each(options,'$.only') o WHERE o.type<>'array' OR "
     "coalesce(json_type(o.value,'$[0]'),'')<>'text' OR "
     "coalesce(json_type(o.value,'$[1]'),'')<>'text'"},
    {"a choice of an item is no text",
     "SELECT item_id FROM item,json_each(details,'$.choices') c WHERE c.type<>'text'"},
    {"a gold document of an item is no text",
     "SELECT item_id FROM item,json_each(details,'$.gold_docs') g WHERE g.type<>'text'"},
    {"a log-probability of a record cannot be read",
     "SELECT r.attempt_id||', item '||r.item_no FROM record r,json_each(r.answer,'$.options') o "
     "WHERE r.answer NOT NULL AND (o.type<>'object' OR "
     "coalesce(json_type(o.value,'$.logprob'),'') NOT IN ('integer','real') OR "
     "coalesce(json_type(o.value,'$.tokens'),'')<>'integer' OR "
     "coalesce(json_type(o.value,'$.characters'),'')<>'integer' OR "
     "coalesce(json_type(o.value,'$.bytes'),'')<>'integer' OR "
     "coalesce(json_type(o.value,'$.greedy'),'') NOT IN ('true','false') OR "
     "coalesce(json_type(o.value,'$.without_question'),'real') NOT IN ('integer','real'))"},
};

}  // namespace

std::span<const FaultCheck> fault_checks() { return kChecks; }
std::span<const JsonValue> json_values() { return kJsonValues; }
std::span<const FaultCheck> json_list_checks() { return kJsonListChecks; }

}  // namespace quadrant
