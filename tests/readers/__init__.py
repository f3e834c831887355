"""Old readers of Parquet and of the catalogue, each installed apart from the project, by `<name>.lock`.

To renew a lock file, which holds names, versions and hashes only:

    echo duckdb==1.1.3 | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header \
        --no-annotate --quiet -o tests/readers/duckdb.lock
"""
