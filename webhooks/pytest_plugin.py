"""pytest fixtures `phone`, `harness` and `make_event`: installed with the package, nothing to configure."""
