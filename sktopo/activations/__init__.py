"""Network to Activations: extraction, recording, tracing, cache. The room that imports torch, lazily."""
