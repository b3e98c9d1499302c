"""The benchmarks: one file a measure, each with its yardstick taken in the same run. `make bench` runs all of them."""
