"""Topological features of neural networks' activations, as scikit-learn transformers.

The public names, in the order data walks through them. Each room loads when its first name is asked
for, so ``import sktopo`` loads neither torch nor matplotlib.
"""

from importlib import import_module as _import_module

__version__ = "0.1.0"

_HOMES = {
    "ActivationExtractor": "sktopo.activations.extractor",
    "list_layers": "sktopo.activations.layers",
    "Activations": "sktopo.activations.container",
    "Network": "sktopo.activations.network",
    "TrainingSnapshots": "sktopo.activations.snapshots",
    "GraphFiltration": "sktopo.filtration.graph",
    "CloudFiltration": "sktopo.filtration.cloud",
    "neural_persistence": "sktopo.filtration.static",
    "deep_graph_persistence": "sktopo.filtration.deep_graph",
    "persistence_curve": "sktopo.filtration.static",
    "MergeTree": "sktopo.filtration.merge_tree",
    "PersistentSubgraphs": "sktopo.filtration.subgraphs",
    "sparse_gram": "sktopo.filtration.sparse_gram",
    "Diagrams": "sktopo.diagrams.container",
    "PersistenceVectorizer": "sktopo.diagrams.vectorizer",
    "PersistenceLandscape": "sktopo.diagrams.landscape",
    "ActivationLandscapes": "sktopo.diagrams.activation_landscapes",
    "landscape_norm": "sktopo.diagrams.landscape_norm",
    "mean_landscape": "sktopo.diagrams.landscape",
    "permutation_test": "sktopo.diagrams.permutation",
    "DiagramDistance": "sktopo.diagrams.distance",
    "DiagramGram": "sktopo.diagrams.gram",
    "LayerSimilarity": "sktopo.similarity.layer_similarity",
    "layer_identification_score": "sktopo.similarity.identification",
    "monotonicity_score": "sktopo.similarity.monotonicity",
    "sensitivity_curve": "sktopo.similarity.sensitivity",
    "scalar_nulls": "sktopo.similarity.nulls",
    "TopologicalUncertainty": "sktopo.detection.uncertainty",
    "TopologicalDetector": "sktopo.detection.topological",
    "SubgraphOverlap": "sktopo.detection.overlap",
    "MaxSoftmax": "sktopo.detection.logits",
    "MaxLogit": "sktopo.detection.logits",
    "Energy": "sktopo.detection.logits",
    "ActiveUnits": "sktopo.detection.active_units",
    "KNNDistance": "sktopo.detection.neighbors",
    "LocalIntrinsicDimension": "sktopo.detection.neighbors",
    "Mahalanobis": "sktopo.detection.mahalanobis",
    "ClassDensity": "sktopo.detection.densities",
    "VirtualLogit": "sktopo.detection.residuals",
    "FeatureSqueezing": "sktopo.detection.squeezing",
    "FusedDetector": "sktopo.detection.fusion",
    "fuse": "sktopo.detection.fusion",
    "LinearProbe": "sktopo.detection.probe",
    "detection_report": "sktopo.detection.report",
    "DetectionReport": "sktopo.detection.report",
    "Mapper": "sktopo.mapper.mapper",
    "MapperGraph": "sktopo.mapper.graph",
    "explore": "sktopo.mapper.explorer.explore",
    "ExplorerWidget": "sktopo.mapper.explorer.widget",
    "find_loops": "sktopo.mapper.features",
    "find_branches": "sktopo.mapper.features",
    "find_leaves": "sktopo.mapper.features",
    "GraphFeature": "sktopo.mapper.features",
    "null_graphs": "sktopo.mapper.nulls",
    "node_flow": "sktopo.mapper.flow",
    "mapper_sweep": "sktopo.mapper.sweep",
    "MapperSweep": "sktopo.mapper.sweep",
    "PersistenceDiagramDisplay": "sktopo.plotting.diagram",
    "BarcodeDisplay": "sktopo.plotting.barcode",
    "BettiCurveDisplay": "sktopo.plotting.betti",
    "LandscapeDisplay": "sktopo.plotting.landscape",
    "PersistenceImageDisplay": "sktopo.plotting.image",
    "LayerSimilarityDisplay": "sktopo.plotting.layer_similarity",
    "DetectionDisplay": "sktopo.plotting.detection",
    "SubgraphDisplay": "sktopo.plotting.subgraph",
    "MapperDisplay": "sktopo.plotting.mapper",
    "MapperSweepDisplay": "sktopo.plotting.mapper_sweep",
    "ElbowDisplay": "sktopo.plotting.elbow",
    "DiagramsToGiotto": "sktopo.interop.giotto",
    "SnapshotCallback": "sktopo.interop.skorch",
}

__all__ = [*_HOMES]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module 'sktopo' has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(_HOMES[name]), name)
    return value


def __dir__():
    return [*globals(), *__all__]
