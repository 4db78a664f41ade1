#!/usr/bin/env bash
# quadrant index: documents of every kind in, the right passage out, and no index that lies.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"
export XDG_CACHE_HOME=$work/cache  # for the vectors; the models stay where they are
mkdir -p cache/quadrant docs/sub
ln -s "$models" cache/quadrant/models

cat >docs/harbour.md <<'END'
# Harbour

## Pier 4
Pier 4 is kept by Orla Fenn. It opens at 6:40.

## Pier 5
Pier 5 is kept by Bram Lasko. It opens at 7:15.
END
echo '<title>Ferries</title><p>The night ferry to Oslo leaves from pier 9.' >docs/sub/ferry.html
echo '김치 공장은 부산에서 매일 아침 여섯 시에 문을 연다.' >docs/korean.txt
echo '{"_id": "j1", "title": "Tides", "text": "High tide is at noon on the first of May."}' \
  >docs/more.jsonl
printf 'broken \xff' >docs/broken.txt

build() { "$QUADRANT" index build docs -o idx --chunker headings "$@"; }
search() { "$QUADRANT" index search idx "$@"; }

expect 'a bad file is named, the rest is indexed' 3 'broken.txt: not UTF-8' build
expect 'and counted' 3 '4 documents (1 not read' build
rm docs/broken.txt
expect 'nothing new, nothing done' 0 '0 documents added, 0 changed, 0 removed, 4 as they were' build

for kind in dense bm25 hybrid; do
  expect "$kind search finds the passage" 0 'kept by Bram Lasko' \
    search 'Who keeps pier 5?' -k 1 --retriever $kind
done
expect 'with its heading' 0 'Harbour > Pier 5' search 'Who keeps pier 5?' -k 1
expect 'HTML' 0 'sub/ferry.html' search 'ferry to Oslo' -k 1
expect 'Korean' 0 'korean.txt' search '부산 김치' -k 1 --retriever bm25
expect 'JSON lines' 0 '"doc":"j1"' search 'when is high tide' -k 1 --json
expect 'reranked by the language model' 0 'Orla Fenn' \
  search 'Who keeps pier 4?' -k 1 --rerank smollm2-135m-instruct
expect 'reranked by a cross-encoder (of random weights)' 0 'doc' \
  search 'Who keeps pier 4?' -k 1 --json --rerank "$root/tests/golden/tiny_cross"
expect 'verify: every byte, and the documents' 0 'the documents are those of the index' \
  "$QUADRANT" index verify idx docs

printf '{"_id": "q1", "text": "Who keeps pier 5?", "slice": "piers"}\n' >queries.jsonl
printf 'query-id\tcorpus-id\tscore\nq1\tharbour.md\t1\n' >qrels.tsv
expect 'measures by slice' 0 'piers                      1    1.0000' \
  search --queries queries.jsonl --qrels qrels.tsv -k 3

sed -i 's/Bram Lasko/Tess Moray/' docs/harbour.md
expect 'a changed document is named' 1 'harbour.md has changed' "$QUADRANT" index verify idx docs
expect 'version 2 of the documents: one changed' 0 '1 changed' build
expect 'the new value is found' 0 'kept by Tess Moray' search 'Who keeps pier 5?' -k 1
search 'Who keeps pier 5?' -k 9 >out.txt 2>&1
if grep -q 'Bram' out.txt; then echo 'FAIL the old value is never found'; failed=1
else echo 'ok the old value is never found'; fi

expect 'another chunk size' 1 'chunk size in tokens: the index has 180, wanted is 90' \
  build --chunk-tokens 90
cp -r "$models/all-minilm-l6-v2" other
sed -i 's/"max_seq_length": 256/"max_seq_length": 128/' other/sentence_bert_config.json
expect 'another embedder' 1 'embedder (SHA-256): the index has' search pier --embedder "$work/other"
cp -r idx cut; truncate -s -4 cut/vectors.f32
expect 'a truncated file' 1 'bytes, its manifest says' "$QUADRANT" index verify cut
cp -r idx flipped
printf 'X' | dd of=flipped/bm25.bin bs=1 seek=100 conv=notrunc status=none
expect 'a flipped byte' 1 'changed or damaged' "$QUADRANT" index verify flipped
expect 'no index' 1 'there is no index here' "$QUADRANT" index verify docs
expect 'a factory string that FAISS does not know' 1 'does not understand' \
  "$QUADRANT" index build docs -o other_idx --index 'IVF,Bogus'
expect 'no documents' 1 'no such file or folder' "$QUADRANT" index build nowhere -o other_idx
expect 'an HNSW index, its recall measured' 0 '' \
  "$QUADRANT" index build docs -o graph --index HNSW8 --chunk-tokens 20 --chunk-overlap 5
expect 'and printed' 0 'HNSW8, recall@10 against exact search 1.0000' \
  "$QUADRANT" index verify graph
exit "$failed"
