#!/usr/bin/env bash
# Mistakes of users: exit code 1 (2 for a wrong command line), and a message that says what, where
# and the mend.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"
model=$(echo "$models"/smollm2-135m-instruct/*.gguf)

expect 'no verb' 2 'subcommand' "$QUADRANT"
expect 'unknown flag' 2 '--bogus' "$QUADRANT" run smoke --bogus
expect 'missing experiment' 1 'no such experiment' "$QUADRANT" run nowhere.toml
sed 's/learning_rate/learnin_rate/' "$root/harness/experiments/smoke.toml" >typo.toml
expect 'unknown key: file and line' 1 'typo.toml:' "$QUADRANT" validate typo.toml
expect 'unknown key: the nearest one' 1 'learning_rate' "$QUADRANT" validate typo.toml
expect 'unknown model' 1 'smollm2-135m-instruct' "$QUADRANT" run smoke --set model.path=smollm2-135m

suite() { rm -rf suite && "$QUADRANT" suite write company_qa_smoke suite >/dev/null; }
suite; printf '{"id": "x", \n' >>suite/test.jsonl
expect 'a bad JSON line is named' 1 'test.jsonl:27' "$QUADRANT" validate suite
suite; head -n 1 suite/test.jsonl >>suite/test.jsonl
expect 'a double id names its line' 1 'test.jsonl:27' "$QUADRANT" validate suite
suite; : >suite/test.jsonl
expect 'an empty suite' 1 'test.jsonl' "$QUADRANT" validate suite
suite; printf '\xff\n' >>suite/corpus.jsonl
expect 'bad UTF-8' 1 'UTF-8' "$QUADRANT" validate suite
expect 'a suite that is not there' 1 'no_such_suite' "$QUADRANT" validate no_such_suite

printf '{"text": "hi"}\n' >in.jsonl
tokenize() { "$QUADRANT" tokenize --model "$1" --input in.jsonl --output out.jsonl; }
size=$(stat -c %s "$model")
for i in $(seq 0 19); do
  cut=$((i < 10 ? i * 40 : size / 20 * i))
  head -c "$cut" "$model" >cut.gguf
  expect "a GGUF cut after $cut bytes" 1 'cut.gguf' tokenize cut.gguf
done
# Lying counts: number of tensors, number of metadata entries, length of the first key.
for offset in 8 16 24; do
  cp "$model" lying.gguf
  printf '\xff\xff\xff\xff\xff\xff\xff\x7f' | dd of=lying.gguf bs=1 seek=$offset conv=notrunc status=none
  expect "a GGUF that lies at byte $offset" 1 'lying.gguf' tokenize lying.gguf
done

printf '{"nothing": 1}\n' >in.jsonl
expect 'a line without text' 1 'in.jsonl:1' tokenize "$model"

suite; mkdir -p long
cp suite/suite.toml long/suite.toml
python3 - <<'END'
import json
words = ' '.join(['word'] * 9000)
lines = [{'id': 'long', 'question': 'Why ' + words + '?', 'targets': ['x']},
         {'id': 'short', 'question': 'Why?', 'targets': ['x']}]
open('long/test.jsonl', 'w').writelines(json.dumps(line) + '\n' for line in lines)
END
cat >long.toml <<'END'
name = "long"
suites = ["long"]
[model]
path = "smollm2-135m-instruct"
[context.none]
kind = "zero_shot"
END
expect 'a prompt beyond the window does not end the run' 0 'run 1' "$QUADRANT" run long.toml
expect 'and is recorded with its reason' 0 'exceed the context window of 8192' \
  "$QUADRANT" show long
expect 'and counted as truncated' 0 'truncated' "$QUADRANT" show long

sqlite3 newer.db 'PRAGMA application_id=1363430484; PRAGMA user_version=99; CREATE TABLE x(y);'
expect 'a store of a newer version' 1 'newer' "$QUADRANT" list runs --store newer.db
printf 'not a database at all, but long enough to be looked at as one' >text.db
expect 'a file that is no store' 1 'text.db' "$QUADRANT" list runs --store text.db
expect 'a store that is not there' 1 'none.db' "$QUADRANT" list runs --store none.db

# A full disk: a small file system where root may mount one, a file size limit elsewhere.
mkdir full
if mount -t tmpfs -o size=320k tmpfs full 2>/dev/null; then
  trap 'umount full; rm -rf "$work"' EXIT
  expect 'a full disk' 1 'full' "$QUADRANT" run smoke --only context=none --only tuning=base \
    --store full/q.db
  mount -o remount,size=4m full
  expect 'with room again it goes on' 0 '0 reused' "$QUADRANT" resume latest --store full/q.db
else
  expect 'a full disk' 1 'mend' bash -c \
    'trap "" XFSZ; ulimit -f 200; "$QUADRANT" run smoke --only context=none --only tuning=base --store full/q.db'
fi
exit "$failed"
