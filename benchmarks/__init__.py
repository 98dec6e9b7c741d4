"""Benchmarks: ratios of things measured side by side in one run. `script/bench [name]` runs them; benchmarks/README.md keeps the numbers."""
