"""Benchmarks. They print ratios to hand-written floors and what an event costs; they assert nothing."""
