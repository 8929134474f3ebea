"""One description of every function, derived from the functions themselves.

    functions/*/*.py, triggers/*/*.py  →  collect  →  Manifest  →  check         what is wrong, and what to do
                                                                →  gateway_spec  OpenAPI 2.0, executed by API Gateway
                                                                →  openapi       OpenAPI 3.1, read by people and tools
                                                                →  catalogue     services and functions, for dashboards
                                                                →  terraform     what must exist in Google Cloud

`python -m infra.manifest` prints each of them.
"""
