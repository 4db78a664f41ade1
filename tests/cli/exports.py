"""Reads the exports of run 1 with Python's own readers and compares them with the store."""
import csv
import glob
import json
import sqlite3
import sys
import xml.etree.ElementTree as xml

store = sqlite3.connect(sys.argv[1])
wanted = store.execute(
    'SELECT rc.context, rc.tuning, i.item_id, r.output, s.value, i.meta LIKE \'%"false"%\' '
    'FROM run_cell rc JOIN cell c USING(cell_id) JOIN record r USING(attempt_id) '
    'JOIN item i ON i.dataset_id=c.dataset_id AND i.item_no=r.item_no '
    "JOIN score s ON s.record_id=r.record_id AND s.metric=json_extract(rc.metrics, '$[0]') "
    'JOIN dataset d ON d.dataset_id=c.dataset_id '
    "WHERE d.split='test' AND rc.run_id=1 ORDER BY rc.position, r.item_no").fetchall()
metric = json.loads(store.execute('SELECT metrics FROM run_cell WHERE run_id=1').fetchone()[0])[0]
answers = [row[:5] for row in wanted]


def records(lines):
    return [(r['context'], r['tuning'], r['item'], r['output'], r['scores'][metric])
            for r in lines]


with open('out.jsonl', encoding='utf-8') as file:
    assert records(map(json.loads, file)) == answers, 'jsonl'
with open('out.json', encoding='utf-8') as file:
    assert records(json.load(file)['records']) == answers, 'json'
with open('out.csv', encoding='utf-8', newline='') as file:
    rows = [(r['context'], r['tuning'], r['item'], r['output'], float(r['score_' + metric]))
            for r in csv.DictReader(file)]
assert rows == answers, 'csv'

suites = xml.parse('out.junit').getroot()
for suite in suites:
    cell = [r for r in answers if suite.get('name').startswith(f'company_qa_smoke.{r[0]}.{r[1]}')]
    cases = suite.findall('testcase')
    assert [case.get('name') for case in cases] == [r[2] for r in cell], 'junit: items'
    wrong = [case.get('name') for case in cases if case.find('failure') is not None]
    assert wrong == [r[2] for r in cell if r[4] < .5], 'junit: failures'
    assert int(suite.get('failures')) == len(wrong) and suite.get('errors') == '0', 'junit: counts'

tasks = 0
for path in glob.glob('lm-eval/*/results_*.json'):
    folder, date = path.rsplit('/', 1)[0], path.rsplit('_', 1)[1][:-len('.json')]
    with open(path, encoding='utf-8') as file:
        results = json.load(file)
    for task, scores in results['results'].items():
        tasks += 1
        with open(f'{folder}/samples_{task}_{date}.jsonl', encoding='utf-8') as file:
            samples = [json.loads(line) for line in file]
        assert len(samples) == results['n-samples'][task]['original'], 'lm-eval: samples'
        mean = sum(sample[metric] for sample in samples) / len(samples)
        assert abs(mean - scores[metric + ',none']) < 1e-12, 'lm-eval: mean'
assert tasks == 8, 'lm-eval: four strategies, answerable and not'

stored = {row[:3]: row[3] for row in answers}
for path in glob.glob('ragchecker/*.json'):
    context, tuning = path[:-len('.json')].split('+')[1:3]
    with open(path, encoding='utf-8') as file:
        for result in json.load(file)['results']:
            assert stored[context, tuning, result['query_id']] == result['response'], 'ragchecker'
            assert bool(result['retrieved_context']) == (context == 'rag'), 'ragchecker: passages'
assert len(glob.glob('ragas/*.jsonl')) == len(glob.glob('deepeval/*.json')) == 4
print('all agree:', len(answers), 'records')
