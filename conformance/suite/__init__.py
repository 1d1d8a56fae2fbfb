"""The requirements as items of pytest.

`pytest --pyargs conformance.suite --callsheet-api scale --callsheet-target URL` collects one item
for each requirement; every option of `callsheet check` has its `--callsheet-` twin. The items
come from the plugin `conformance.pytest_suite`.
"""
