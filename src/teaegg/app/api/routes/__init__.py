"""The routes, one small file per subject; every path is listed in docs/api.md."""
