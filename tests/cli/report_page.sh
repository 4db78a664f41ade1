#!/usr/bin/env bash
# The page in a browser, from a file: three widths, two languages, light, dark and print; nothing on
# the console, nothing wider than the screen, samples by keyboard alone, hostile text stays text.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/expect.sh"
make_store=$(dirname "$QUADRANT")/../../tests/bench/make_report_store

"$make_store" plain.db 60
"$make_store" hostile.db 12 hostile
cat >prices.toml <<'END'
currency = "EUR"
input = 0.1
output = 0.4
training = 2.5
END
report() { "$QUADRANT" report latest "$@" >/dev/null; }
report --store plain.db --prices prices.toml -o en.html
report --store plain.db --language ko -o ko.html
report --store plain.db --language ko -o again.html
report --store hostile.db -o hostile.html
expect 'the same store gives the same page' 0 '' cmp ko.html again.html
expect 'a wrong language is named' 1 'use en or ko' \
  "$QUADRANT" report latest --store plain.db --language fr
echo 'trainin = 1' >>prices.toml
expect 'a wrong price is named' 1 'prices.toml:5' \
  "$QUADRANT" report latest --store plain.db --prices prices.toml

python3 - "$work" >steps.json <<'END'
import json
import sys

FITS = 'document.documentElement.scrollWidth <= innerWidth'
OPENED = '''new Promise((done) => {
  document.getElementById("samples").scrollIntoView();
  const wait = () => document.querySelector("#item h3") ? done(true) : setTimeout(wait, 50);
  wait();
})'''
CHOOSE = '''(([id, value]) => {
  const field = document.getElementById(id);
  field.value = value;
  field.dispatchEvent(new Event("change"));
})'''
steps = []


def step(name, page=None, script=None, want=True, **rest):
    one = dict(rest, name=name)
    if page:
        one['url'] = f'file://{sys.argv[1]}/{page}'
    if script:
        one.update(script=script, want=want)
    steps.append(one)


for page in 'en.html', 'ko.html', 'hostile.html':
    for width in 1440, 768, 390:
        step(f'{page} opens at {width} pixels', page, OPENED, width=width)
        step(f'{page} is not wider than {width} pixels', None, FITS, width=width)
for page in 'en.html', 'ko.html':
    step(f'{page} in the dark', page,
         'getComputedStyle(document.body).backgroundColor', 'rgb(20, 23, 26)', scheme='dark')
    step(f'{page} on paper: white, and without the browser of samples', page,
         '[getComputedStyle(document.body).backgroundColor, '
         'getComputedStyle(document.getElementById("samples")).display]',
         ['rgb(255, 255, 255)', 'none'], scheme='dark', media='print')
step('the language is said', 'ko.html', 'document.documentElement.lang', 'ko')
step('nothing that a model wrote runs or becomes markup', 'hostile.html',
     OPENED + '.then(() => [typeof hacked, document.querySelectorAll("main img, main h5").length])',
     ['undefined', 0])
step('the first key reaches the skip link', 'en.html',
     'document.activeElement.textContent', 'Skip to the verdict', keys=['Tab'])
step('and the next one follows it', None, 'location.hash', '#verdict', keys=['Enter'])
step('a link to an item opens it', 'en.html#item=q0003-1',
     'new Promise((done) => setTimeout(() => done(document.querySelector(".steps a").hash), 800))',
     '#item=q0003-1')
step('arrow keys walk through the items', None,
     'document.querySelector("#items [aria-current]").focus()', None)
step('to the next one', None, 'location.hash', '#item=q0004-0', keys=['ArrowDown'])
step('two strategies are compared word by word', None,
     f'[["f-a", "base"], ["f-b", "rag"]].forEach({CHOOSE}), '
     'document.querySelectorAll("#item del").length * document.querySelectorAll("#item ins").length'
     ' > 0')
step('only items on which the two differ are left', None,
     'document.getElementById("f-differ").click(), '
     '[...document.querySelectorAll("#items .dots")].every('
     '(dots) => dots.textContent[0] !== dots.textContent[2])')
step('items are found by reason', None,
     f'[["f-a", ""], ["f-b", ""], ["f-arm", "rag"], ["f-cause", "5"]].forEach({CHOOSE}), '
     '[...document.querySelectorAll("#item .answer")].find('
     '(card) => card.querySelector("h4").textContent === "rag").textContent'
     '.includes("retrieval miss")')
json.dump(steps, sys.stdout)
END
timeout 300 python3 "$root/tests/cli/lib/browser.py" "$work/profile" <steps.json || failed=1
exit "$failed"
