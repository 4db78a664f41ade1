"""Writes stats.json: statistics by SciPy and statsmodels that harness/stats must reproduce.

Run: python make_stats.py   (SciPy 1.17.1, statsmodels 0.15.0, NumPy)
"""

import json
import pathlib

import numpy as np
import pandas
import scipy
import statsmodels
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint, proportions_ztest


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


def unpaired(right_first, right_second, n):
    """The two-proportion test that ignores the pairing."""
    return float(proportions_ztest([right_first, right_second], [n, n])[1])


def clusters_needed(effect, sd):
    """Exact one-sample t test: how many clusters find `effect` with power .8."""
    return TTestPower().solve_power(effect_size=effect / sd, power=0.8, alpha=0.05)


def balanced_scores(rng, clusters, per_cluster, seeds):
    cluster, item, seed = [], [], []
    for c in range(clusters):
        for i in range(per_cluster):
            for s in range(seeds):
                cluster.append(c), item.append(c * per_cluster + i), seed.append(s)
    cluster, item, seed = map(np.array, (cluster, item, seed))
    score = (rng.normal(0, 0.3, clusters)[cluster] + rng.normal(0, 0.4, item.max() + 1)[item]
             + rng.normal(0, 0.2, seeds)[seed] + rng.normal(0, 0.25, len(item)))
    return cluster, item, seed, np.round(score, 6)


def anova_components(rng):
    """Balanced data: expected mean squares of statsmodels' analysis of variance."""
    clusters, per_cluster, seeds = 8, 3, 4
    cluster, item, seed, score = balanced_scores(rng, clusters, per_cluster, seeds)
    frame = pandas.DataFrame({"cluster": cluster, "item": item, "seed": seed, "score": score})
    coarse = sm.stats.anova_lm(smf.ols("score ~ C(cluster) + C(seed)", frame).fit(), typ=1)
    fine = sm.stats.anova_lm(smf.ols("score ~ C(item) + C(seed)", frame).fit(), typ=1)
    residual = fine["mean_sq"]["Residual"]
    within = fine["sum_sq"]["C(item)"] - coarse["sum_sq"]["C(cluster)"]  # items inside clusters
    items = within / (clusters * (per_cluster - 1))
    variances = {
        "cluster": (coarse["mean_sq"]["C(cluster)"] - items) / (per_cluster * seeds),
        "item": (items - residual) / seeds,
        "seed": (fine["mean_sq"]["C(seed)"] - residual) / (clusters * per_cluster),
        "residual": residual,
    }
    return {"cluster": cluster.tolist(), "item": item.tolist(), "seed": seed.tolist(),
            "score": score.tolist(), **{f"var_{k}": float(v) for k, v in variances.items()}}


def henderson_components(rng):
    """Unbalanced data: the quadratic forms y'Py and their expectations tr(PZZ'), as matrices."""
    cluster, item, seed, score = balanced_scores(rng, 7, 3, 4)
    keep = np.sort(rng.permutation(len(score))[:60])
    cluster, item, seed, score = (x[keep] for x in (cluster, item, seed, score))
    prompt = (item + seed) % 3
    designs = [np.equal.outer(f, np.unique(f)).astype(float) for f in (cluster, item, seed, prompt)]
    designs.append(np.eye(len(score)))
    mean = np.full((len(score), len(score)), 1 / len(score))
    forms = [z @ np.linalg.inv(z.T @ z) @ z.T - mean for z in designs]
    expected = [[np.trace(p @ z @ z.T) for z in designs] for p in forms]
    found = np.linalg.solve(expected, [score @ p @ score for p in forms])
    names = ("cluster", "item", "seed", "prompt", "residual")
    return {"cluster": cluster.tolist(), "item": item.tolist(), "seed": seed.tolist(),
            "prompt": prompt.tolist(), "score": score.tolist(),
            **{f"var_{k}": max(0.0, float(v)) for k, v in zip(names, found)}}


def logit_interaction(rng):
    """A logistic regression with interaction, standard errors clustered by statsmodels."""
    groups = np.repeat(np.arange(30), 3)
    level = rng.normal(0, 0.5, 30)[groups]
    arms, rows = {}, []
    for name, context, model, shift in (("base", 0, 0, -1.5), ("context", 1, 0, 0.4),
                                        ("model", 0, 1, 0.2), ("both", 1, 1, 0.9)):
        right = (rng.random(len(groups)) < 1 / (1 + np.exp(-(level + shift)))).astype(float)
        arms[name] = right.tolist()
        rows += [(context, model, r, g) for r, g in zip(right, groups)]
    frame = pandas.DataFrame(rows, columns=["context", "model", "right", "group"])
    fit = smf.glm("right ~ context * model", frame, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": frame["group"], "use_correction": False})
    se = fit.bse["context:model"] * np.sqrt(30 / 29)
    return {**arms, "clusters": groups.tolist(), "estimate": float(fit.params["context:model"]),
            "se": float(se), "reach": float(stats.t.ppf(0.975, 29) * se)}


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
        "unpaired": [188, 200, 300, unpaired(188, 200, 300)],
        "benjamini_hochberg": [[p, multipletests(p, method="fdr_bh")[1].tolist()] for p in holm],
        "clusters_needed": [[e, sd, clusters_needed(e, sd)]
                            for e, sd in ((0.05, 0.3), (0.1, 0.3), (0.1, 0.5), (0.2, 0.6))],
        "anova_components": anova_components(rng),
        "henderson_components": henderson_components(rng),
        "logit_interaction": logit_interaction(rng),
    }
    target = pathlib.Path(__file__).with_name("stats.json")
    target.write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n")


main()
