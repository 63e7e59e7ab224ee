"""Pictures and tables of the documentation, and the README's line of numbers, from results/*.json.

What is written: docs/_static/*.svg, docs/benchmarks/* (tables and the numbers that the text names) and, between its
marks, one paragraph of README.md. Nothing is measured here, and no number is written by hand.
"""

import csv
import io
import json
import re
from pathlib import Path

__all__ = ["main", "read_results", "written_texts"]

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
STATIC, PAGES = ROOT / "docs" / "_static", ROOT / "docs" / "benchmarks"
MARKS = re.compile(r"(?<=<!-- benchmarks -->\n).*?(?=\n<!-- end of benchmarks -->)", re.DOTALL)

# Colours of Okabe and Ito, told apart by those who do not see all of them; shapes tell the methods apart without any.
LOOKS = {
    "sktopo": ("#D55E00", "o"),
    "SciPy": ("#0072B2", "s"),
    "SciPy, assembled": ("#56B4E9", "D"),
    "argsort + numba": ("#000000", "x"),
    "igraph": ("#009E73", "^"),
    "GUDHI, batch": ("#CC79A7", "v"),
    "GUDHI, by edge": ("#CC79A7", "1"),
    "ripser": ("#E69F00", "P"),
    "pyflagser": ("#999999", "*"),
}


def read_results():
    """{name: content} of the JSON files of all scripts."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))}


# Texts


def written_texts(results):
    """{path: content} of everything that is written but the pictures."""
    texts = {}
    for name, content in results.items():
        texts[PAGES / f"{name}_notes.inc"] = content["notes"].strip().replace("|", r"\|") + "\n"
        for title, rows in content["tables"].items():
            texts[PAGES / f"{name}_{title}.csv"] = _csv(rows)
    times = results["graph_persistence"]["tables"]["times"]
    texts[PAGES / "graph_persistence_times.csv"] = _csv(_beside(times, "ms"))
    texts[PAGES / "graph_persistence_ratios.csv"] = _csv(_beside(times, "times sktopo"))
    texts[PAGES / "rips_clouds.csv"] = _csv(_ratios(results["rips"]["tables"]["clouds"], ("cloud", "degrees", "from")))
    texts[PAGES / "distances_distances.csv"] = _csv(
        _ratios(results["distances"]["tables"]["distances"], ("task", "size"))
    )
    if "detection" in results:
        texts[PAGES / "detection_summary.csv"] = _csv(_over_networks(results["detection"]["tables"]["detectors"]))
    texts[PAGES / "numbers.inc"] = "".join(f".. |{k}| replace:: {v}\n" for k, v in _numbers(results).items())
    readme = ROOT / "README.md"
    texts[readme] = MARKS.sub(lambda _: _sentence(_numbers(results)), readme.read_text())
    return texts


def _csv(rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_text(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _text(value):
    """Three digits; thousands apart."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return {True: "yes", False: "no", None: ""}.get(value, value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{round(value) if isinstance(value, int) else float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def _beside(rows, column):
    """One row per network, one column per method."""
    methods = list(dict.fromkeys(row["method"] for row in rows))
    found = {}
    for row in rows:
        begun = {"network": row["network"], "weights": row["weights"], **dict.fromkeys(methods, "")}
        found.setdefault(row["network"], begun)[row["method"]] = row[column]
    return list(found.values())


def _ratios(rows, keys):
    """One row per task: sktopo's time, the peers' as multiples of it, and what is to be said of them."""
    peers = [method for method in dict.fromkeys(row["method"] for row in rows) if method != "sktopo"]
    found = {}
    for row in rows:
        task = tuple(row[key] for key in keys)
        begun = {**dict(zip(keys, task, strict=True)), "sktopo, ms": "", **dict.fromkeys(peers, ""), "notes": ""}
        line = found.setdefault(task, begun)
        line["sktopo, ms" if row["method"] == "sktopo" else row["method"]] = (
            row["ms"] if row["method"] == "sktopo" else row["times sktopo"]
        )
        if row.get("note"):
            line["notes"] = "; ".join(filter(None, [line["notes"], f"{row['method']}: {row['note']}"]))
    if not any(line["notes"] for line in found.values()):
        return [{key: value for key, value in line.items() if key != "notes"} for line in found.values()]
    return list(found.values())


def _over_networks(rows):
    """A row per detector: the mean of every AUROC over networks; best on unseen attacks first."""
    numbers = [c for c, value in rows[0].items() if isinstance(value, float) and not c.startswith("fpr")]
    found = []
    for name in dict.fromkeys(row["detector"] for row in rows):
        of = [row for row in rows if row["detector"] == name]
        means = {c: "" if of[0][c] == "" else f"{sum(row[c] for row in of) / len(of):.3f}" for c in numbers}
        found.append({"detector": name, "kind": of[0]["kind"]} | means)
    return sorted(found, key=lambda row: row["unseen attacks"], reverse=True)


def _numbers(results):
    """What the text says in numbers."""
    persistence, scaling = results["graph_persistence"], results["graph_scaling"]
    machine, networks = persistence["machine"], {row["network"]: row for row in persistence["tables"]["networks"]}
    peers = [row for row in persistence["tables"]["times"] if not row["method"].startswith("sktopo")]
    scipy = [row for row in peers if row["method"] == "SciPy"]
    ready = [row for row in peers if row["method"] != "SciPy, assembled"]
    close, far = (f(ready, key=lambda row: row["times sktopo"]) for f in (min, max))
    slow, fast = (f(scipy, key=lambda row: row["times sktopo"]) for f in (min, max))
    touched = {of: [row[f"touched % of {of}"] for row in networks.values()] for of in ("all", "existing")}
    widths = scaling["tables"]["width"]
    first, second = (row["seconds"] for row in scaling["tables"]["compilation"])
    alexnet = networks["AlexNet"]
    assembled = {row["network"]: row["ms"] for row in peers if row["method"] == "SciPy, assembled"}
    fits = [networks[name]["fit ms"] / ms for name, ms in assembled.items()]
    return {
        "processor": machine["processor"] or machine["machine"],
        "cores": machine["cores"],
        "load": machine["load"],
        "versions": ", ".join(f"{name} {version}" for name, version in machine["packages"].items() if version),
        "closest method": close["method"],
        "closest network": _name(close),
        "closest ratio": _text(close["times sktopo"]),
        "farthest method": far["method"],
        "farthest network": _name(far),
        "farthest ratio": _text(far["times sktopo"]),
        "SciPy least": _text(slow["times sktopo"]),
        "SciPy least network": _name(slow),
        "SciPy most": _text(fast["times sktopo"]),
        "SciPy most network": _name(fast),
        "touched least": _text(min(touched["all"])),
        "touched most": _text(max(touched["all"])),
        "touched least of existing": _text(min(touched["existing"])),
        "touched most of existing": _text(max(touched["existing"])),
        "fit least": _text(min(fits)),
        "fit most": _text(max(fits)),
        "AlexNet ms": _text(alexnet["ms per input"]),
        "AlexNet edges": _text(round(alexnet["edges"] / 1e6)),
        "AlexNet written out": _text(16 * alexnet["edges"] / 1e9),
        "AlexNet tables": _text(alexnet["tables MB"]),
        "AlexNet peak": _text(alexnet["peak MB"]),
        "width edges": _text(widths[-1]["edges"] / widths[0]["edges"]),
        "width times": _text(widths[-1]["sktopo ms"] / widths[0]["sktopo ms"]),
        "narrow width": widths[0]["width"],
        "wide width": widths[-1]["width"],
        "first process": _text(first),
        "second process": _text(second),
    }


def _name(row):
    return f"{row['network'].removesuffix(', random')} with {row['weights']} weights"


def _sentence(n):
    return (
        f"On one thread, SciPy's spanning tree of the graph, written out in advance, takes {n['SciPy least']} to "
        f"{n['SciPy most']} times as\nlong as `GraphFiltration` from activations to diagrams; the closest peer takes "
        f"{n['closest ratio']} times as long ({n['closest method']},\n{n['closest network']}). An image of AlexNet, "
        f"{n['AlexNet edges']} million edges, takes {n['AlexNet ms']} ms. All of it: docs/benchmarks.rst."
    )


# Pictures


def draw_persistence(results, path):
    """Time of every method on every network: a row per network, a mark per method."""
    import matplotlib.pyplot as plt

    rows = results["graph_persistence"]["tables"]["times"]
    edges = {row["network"]: row["edges"] for row in results["graph_persistence"]["tables"]["networks"]}
    networks = sorted(edges, key=edges.get, reverse=True)
    figure, ax = plt.subplots(figsize=(9, 0.62 * len(networks) + 1.6), layout="constrained")
    for method, (colour, marker) in LOOKS.items():
        found = [row for row in rows if row["method"] == method]
        places = [networks.index(row["network"]) for row in found]
        looks = {
            "s": 90 if method == "sktopo" else 55,
            "color": colour,
            "marker": marker,
            "linewidths": 1.6,
            "zorder": 3,
        }
        ax.scatter([row["ms"] for row in found], places, label=method, **looks)
    labels = [f"{name}\n{_millions(edges[name])} edges" for name in networks]
    ax.set(xscale="log", xlabel="milliseconds per input, one thread", yticks=range(len(networks)), yticklabels=labels)
    ax.set_ylim(-0.6, len(networks) - 0.4)
    ax.grid(axis="x", which="major", color="0.8")
    ax.grid(axis="y", color="0.92")
    figure.legend(loc="outside upper center", ncols=5, frameon=False)
    _save(figure, path)


def draw_scaling(results, path):
    """Left: time against width; right: speed-up against threads, beside what the machine gave."""
    import matplotlib.pyplot as plt

    tables = results["graph_scaling"]["tables"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for method, column in (("SciPy", "SciPy ms"), ("sktopo", "sktopo ms")):
        rows = [row for row in tables["width"] if row[column] != ""]
        colour, marker = LOOKS[method]
        left.plot([r["width"] for r in rows], [r[column] for r in rows], color=colour, marker=marker, label=method)
    widths = [row["width"] for row in tables["width"]]
    left.set(xscale="log", yscale="log", xlabel="units per hidden layer", ylabel="milliseconds per input")
    left.set_xticks(widths, [str(width) for width in widths])
    left.minorticks_off()
    cases = list(dict.fromkeys((row["network"], row["inputs"]) for row in tables["threads"]))
    looks = ("#D55E00", "o"), ("#D55E00", "s"), ("#009E73", "o"), ("#009E73", "s"), ("#CC79A7", "o")
    for (name, n_inputs), (colour, marker) in zip(cases, looks, strict=True):
        rows = [row for row in tables["threads"] if (row["network"], row["inputs"]) == (name, n_inputs)]
        threads = [row["threads"] for row in rows]
        label = f"{name}, {n_inputs} inputs"
        right.plot(threads, [row["speed-up"] for row in rows], color=colour, marker=marker, label=label)
    most = [max(row["machine"] for row in tables["threads"] if row["threads"] == n) for n in threads]
    right.plot(threads, most, color="black", linestyle="--", label="free loop")
    right.set(xscale="log", yscale="log", xlabel="threads", ylabel="times as fast as one thread")
    right.set_xticks(threads, [str(n) for n in threads])
    right.set_yticks(threads, [str(n) for n in threads])
    right.minorticks_off()
    for ax in (left, right):
        ax.grid(color="0.85")
        ax.legend(frameon=False, fontsize=8)
    _save(figure, path)


def _millions(n):
    return f"{n / 1e6:.3g} M"


def _save(figure, path):
    """The same bytes for the same numbers."""
    import matplotlib.pyplot as plt

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def main():
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "sktopo", "font.size": 9, "axes.axisbelow": True})
    results = read_results()
    PAGES.mkdir(exist_ok=True)
    for path, text in written_texts(results).items():
        path.write_text(text)
    draw_persistence(results, STATIC / "graph_persistence.svg")
    draw_scaling(results, STATIC / "graph_scaling.svg")
    print(f"Wrote pictures to {STATIC.relative_to(ROOT)}, tables to {PAGES.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
