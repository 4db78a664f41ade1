# Reads the output of `ctest --verbose`. Prints one line a program that failed or left cases out,
# with what it said, and at the end "PASSED FAILED" in doctest cases.
function number(text) { gsub(/[^0-9]/, "", text); return text + 0 }

match($0, /^[0-9]+: /) {
  id = number(substr($0, 1, RLENGTH))
  line = substr($0, RLENGTH + 1)
  gsub(/\033\[[0-9;]*m/, "", line)
  said[id] = said[id] line "\n"
  if (line ~ /^\[doctest\] test cases:/) {
    split(line, part, "|")
    good[id] += number(part[2]); bad[id] += number(part[3]); skipped[id] += number(part[4])
  }
}

# " 3/12 Test  #3: stats ....   Passed    0.01 sec"; several words, or three stars, otherwise
match($0, /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: /) {
  head = substr($0, 1, RLENGTH)
  sub(/.*#/, "", head)
  id = number(head)
  rest = substr($0, RLENGTH + 1)
  name = rest
  sub(/ .*/, "", name)
  seen++
  ok = rest ~ / Passed +[0-9.]+ sec/
  if (ok && !(id in good)) good[id] = 1  # not a doctest program
  if (ok && good[id] + bad[id] == 0) {
    ok = 0
    said[id] = said[id] "no test case ran\n"
  }
  if (!ok && bad[id] == 0) bad[id] = 1
  passed += good[id]; failed += bad[id]
  if (bad[id] > 0) {
    sub(/^[^ ]+ \.*/, "", rest)
    printf "FAIL %s:%s\n%s", name, rest, said[id]
  }
  if (skipped[id] > 0) printf "SKIP %s: %d test cases left out\n", name, skipped[id]
}

END {
  if (seen == 0) { print "FAIL ctest ran no program"; failed++ }
  printf "%d programs\n%d %d\n", seen, passed, failed
}
