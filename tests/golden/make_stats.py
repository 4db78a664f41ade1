"""Writes stats.json: statistics by SciPy and statsmodels that harness/stats must reproduce.

Run: python make_stats.py   (SciPy 1.17.1, statsmodels 0.15.0, NumPy)
"""

import json
import pathlib

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint


def quantiles():
    probabilities = [0.001, 0.025, 0.2, 0.5, 0.8, 0.9, 0.975, 0.9999]
    freedoms = [1, 2, 3.5, 7, 19, 39, 200, 5000]
    return {
        "normal": [[p, stats.norm.ppf(p)] for p in probabilities],
        "student": [[p, d, stats.t.ppf(p, d)] for p in probabilities for d in freedoms],
        "student_cdf": [[t, d, stats.t.cdf(t, d)] for t in (-40, -2.3, 0, 0.4, 6) for d in freedoms],
    }


def cluster_case(rng, sizes, binary):
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    level = rng.normal(0, 0.25, len(sizes))[clusters]
    if binary:
        values = (rng.random(len(clusters)) < np.clip(0.4 + level, 0, 1)).astype(float)
    else:
        values = np.round(rng.normal(0, 0.3, len(clusters)) + level, 6)
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster",
        cov_kwds={"groups": clusters, "use_correction": True, "df_correction": True},
        use_t=True,
    )
    low, high = fit.conf_int(0.05)[0]
    low90, high90 = fit.conf_int(0.10)[0]
    return {
        "values": values.tolist(), "clusters": clusters.tolist(), "mean": fit.params[0],
        "se": fit.bse[0], "df": len(sizes) - 1, "low": low, "high": high,
        "low90": low90, "high90": high90,
    }


def item_case(rng):
    """Every item its own cluster: the classic one-sample t interval."""
    values = np.round(rng.normal(0.1, 0.4, 25), 6)
    low, high = stats.t.interval(0.95, 24, values.mean(), stats.sem(values))
    return {"values": values.tolist(), "clusters": list(range(25)), "mean": values.mean(),
            "se": stats.sem(values), "df": 24, "low": low, "high": high}


def sign_flip(rng):
    cases = []
    for groups in (3, 8, 12):
        sums = np.round(rng.normal(0.3, 1, groups), 3)
        result = stats.permutation_test(
            (sums,), np.sum, permutation_type="samples", n_resamples=np.inf)
        cases.append([sums.tolist(), float(result.pvalue)])
    return cases


def main():
    rng = np.random.default_rng(20240917)
    holm = [[0.01, 0.04, 0.03, 0.005, 0.2], [0.5, 0.5, 0.9], [0.05], [0.001, 0.001, 0.02]]
    golden = {
        "made_with": f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}",
        "quantiles": quantiles(),
        "cluster_intervals": [
            cluster_case(rng, [5] * 12, False), cluster_case(rng, [1, 2, 9, 4, 4, 7], False),
            cluster_case(rng, list(rng.integers(1, 8, 40)), True), item_case(rng),
        ],
        "wilson": [[k, n, *proportion_confint(k, n, 0.05, "wilson")]
                   for k, n in ((0, 20), (3, 20), (188, 300), (300, 300))],
        "mcnemar": [[a, b, float(mcnemar([[0, a], [b, 0]], exact=True).pvalue)]
                    for a, b in ((8, 20), (20, 8), (5, 5), (0, 6), (37, 39))],
        "holm": [[p, multipletests(p, method="holm")[1].tolist()] for p in holm],
        "sign_flip": sign_flip(rng),
    }
    target = pathlib.Path(__file__).with_name("stats.json")
    target.write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n")


main()
