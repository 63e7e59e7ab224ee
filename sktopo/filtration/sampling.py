"""What a fitted GraphFiltration does with each sample: forest, pairs, cycles; with many, on threads; and together.

Nothing here changes the estimator, so that threads may share it and an interrupted run leaves it as it was.
"""

import itertools

import numpy as np
from joblib import effective_n_jobs

from sktopo.diagrams.container import Diagrams
from sktopo.filtration.cycles import check_memory, cycle_births, n_cycles
from sktopo.filtration.merge_tree import tree_of
from sktopo.filtration.pairs import n_kept_edges, pairs_of, strongest_edge
from sktopo.filtration.plan import plan_listed
from sktopo.filtration.samples import recorded_batches
from sktopo.filtration.threads import on_threads
from sktopo.filtration.thresholds import check_keep, given_thresholds, least_kept, merge_thresholds

__all__ = ["SampleSteps"]

BATCH = 1 << 17  # sources, vertices and listed edges that the sweep is given at once; an interrupt waits for it


class SampleSteps:
    """Steps of GraphFiltration that read its parameters and what fit learnt."""

    def _run(self, function, samples):
        """The function's value for every sample, in order."""
        n_jobs = self._n_jobs(samples)
        if n_jobs == 1:
            return [function(sample) for sample in samples]
        return on_threads(function, samples, n_jobs)

    def _n_jobs(self, samples):
        return min(effective_n_jobs(self.n_jobs), max(1, len(samples)))

    def _check_keep(self):
        """Once per call and not per sample and graph, since it takes the names of all operators."""
        check_keep(self.keep, [name for plan in self._plans for name in (plan.operators or ("graph",))])

    def _thresholds(self):
        """(threshold for all, thresholds per operator)."""
        return given_thresholds(self.keep)

    def _pairs(self, samples, X):
        """(birth, death) of every block, sample by sample."""
        if not self._is_plain():
            return self._run(self._sample, samples)
        batches = recorded_batches(X, self._batch_sizes(len(samples), self._n_jobs(samples)))
        return list(itertools.chain.from_iterable(self._run(self._batch, batches)))

    def _is_plain(self):
        """Whether what the sweep itself writes down is what is wanted."""
        plain = self.births == "edge" and self.normalize != "sample" and self._thresholds()[0] == 0.0
        return plain and self.input_kind_ == "activations" and all(degree == 0 for _, degree in self.blocks_)

    def _batch_sizes(self, n, n_threads):
        """How many samples are in each batch; short ones at the end keep all threads busy."""
        largest = max((p.n_vertices + p.sizes.n_sources + p.sizes.n_listed for p in self._plans), default=1)
        most = max(1, BATCH // max(1, largest))
        sizes = []
        while n:
            share = n if n_threads == 1 else -(-n // (2 * n_threads))
            sizes.append(min(most, share))
            n -= sizes[-1]
        return sizes

    def _batch(self, batch):
        """(birth, death) of every block of some samples."""
        n, values_of = batch
        least = merge_thresholds(self.thresholds_, self._thresholds()[1])
        with np.errstate(over="ignore"):
            pairs = [plan.pairs(values_of, n, self.scales_, least) for plan in self._plans]
        for plan, found in zip(self._plans, pairs, strict=True):
            if found is None:
                self._raise_infinite(plan)
        return list(zip(*pairs, strict=True))

    def _sample(self, sample):
        """(birth, death) of every block of one sample."""
        pairs, degrees = [], {degree for _, degree in self.blocks_}
        for j, plan in enumerate(self._plans):
            forest, divisor, least = self._forest_of(plan, sample)
            if 0 in degrees:
                pairs.append(pairs_of(forest, self.births, divisor=divisor, keep=self._thresholds()[0]))
            if 1 in degrees:
                births = cycle_births(*self._edges_and_forest(j, sample, self._censuses, forest, divisor, least))
                pairs.append((births / divisor, np.full(len(births), -np.inf)))
        return pairs

    def _trees(self, sample, apply):
        """Merge tree of every block of one sample, or what `apply` makes of it."""
        trees = {}
        for plan in self._plans:
            forest, divisor, _ = self._forest_of(plan, sample)
            tree = tree_of(forest, plan.vertices, divisor=divisor, keep=self._thresholds()[0])
            trees[plan.layer, 0] = tree if apply is None else apply(tree)
        return trees

    def _count(self, sample, censuses):
        """Number of cycles of every graph of one sample."""
        return [
            n_cycles(*self._edges_and_forest(j, sample, censuses, *self._forest_of(plan, sample)))
            for j, plan in enumerate(self._plans)
        ]

    def _forest_of(self, plan, sample):
        """(spanning forest, what its phi are to be divided by, the lightest edge that exists per operator)."""
        least, (_, named) = self.thresholds_, self._thresholds()
        if self.normalize != "sample":
            least = merge_thresholds(least, named)
            return self._forest(plan, sample, least), 1.0, least
        forest = self._forest(plan, sample, least)
        divisor = strongest_edge(forest) or 1.0
        if named:
            least = merge_thresholds(least, {name: least_kept(value, divisor) for name, value in named.items()})
            forest = self._forest(plan, sample, least)
        return forest, divisor, least

    def _edges_and_forest(self, j, sample, censuses, forest, divisor, least):
        """What degree 1 of plan j is computed from, see `cycle_births`."""
        threshold, _ = self._thresholds()
        reads = [
            (censuses[m], censuses[m].read(sample, self.scales_.get(censuses[m].name, 1.0))) for m in self._members[j]
        ]
        leasts = [max(least.get(census.name, 0.0), least_kept(threshold, divisor)) for census, _ in reads]
        return reads, forest.forest_phi[: n_kept_edges(forest, divisor, threshold)], leasts

    def _forest(self, plan, sample, least):
        with np.errstate(over="ignore"):
            forest = self._spanning_forest(plan, sample, least)
        if strongest_edge(forest) == np.inf:
            self._raise_infinite(plan)
        return forest

    def _raise_infinite(self, plan):
        # Finite before normalisation, see `check_recorded`.
        raise ValueError(
            f"Edges of {plan.layer!r} are infinitely strong after normalize={self.normalize!r}: a sample is beyond "
            "float64 times those of fit. Remove that sample, or use normalize=None."
        )

    def _spanning_forest(self, plan, sample, least):
        if self.input_kind_ == "activations":
            return plan.forest(sample, self.scales_, least)
        phi, u, v = sample
        phi = phi * self.scales_.get("graph", 1.0)
        kept = (phi > 0) & (phi >= least.get("graph", 0.0))
        n_vertices = max(plan.n_vertices, int(v.max(initial=-1)) + 1, int(u.max(initial=-1)) + 1)
        if n_vertices != plan.n_vertices:
            plan = plan_listed("graph", n_vertices)
        return plan.forest_of(np.empty(0), [(phi[kept], u[kept], v[kept])], np.empty(0))

    def _check_memory(self, samples):
        threshold, named = self._thresholds() if self.normalize != "sample" else (0.0, {})
        least = merge_thresholds(self.thresholds_, named)

        def count(sample):
            counts = [
                census.count(
                    census.read(sample, self.scales_.get(census.name, 1.0)), max(threshold, least.get(census.name, 0.0))
                )
                for census in self._censuses
            ]
            return [sum(counts[m] for m in members) for members in self._members]

        counts = np.array(self._run(count, samples)).reshape(len(samples), -1)
        check_memory(int(counts.sum()), int(counts.max(initial=0)), self._n_jobs(samples), self.max_memory)

    def _collect(self, parts, X):
        """Diagrams from the pairs of every sample."""
        flat = [pairs for blocks in parts for pairs in blocks]
        counts = [len(birth) for birth, _ in flat]
        birth, death = (np.concatenate([pair[side] for pair in flat] + [np.empty(0)]) for side in (0, 1))
        return Diagrams(
            np.negative(birth, out=birth),
            np.negative(death, out=death),
            np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
            self.blocks_,
            negated=True,
            end=0.0,
            max_pairs=self._max_pairs(X),
        )

    def _max_pairs(self, X):
        """The most pairs of every block."""
        sizes = [plan.n_vertices for plan in self._plans]
        if self.input_kind_ == "adjacency":
            sizes = [max(sizes[0], *(graph.shape[0] for graph in X))] if len(X) else sizes
        most = {}
        for plan, size, members in zip(self._plans, sizes, self._members, strict=True):
            # A class born at an edge has at least that edge's two vertices.
            most[plan.layer, 0] = size if self.births == "all" else size // 2
            if self._censuses is not None:
                most[plan.layer, 1] = self._most_cycles(size, members)
        return [most[block] for block in self.blocks_]

    def _most_cycles(self, size, members):
        if self.input_kind_ == "activations":
            return max(sum(self._censuses[m].most() for m in members) - 1, 0)
        return 0 if self.input_kind_ == "matrix" else (size - 1) * (size - 2) // 2
