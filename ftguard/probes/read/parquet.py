"""Reads parquet files row by row."""

from pathlib import Path

from ftguard.errors import InputError
from ftguard.probes.read.documents import Rows
from ftguard.probes.read.memory import named

BATCH = 256
"""Rows that are in memory at a time."""


def read_parquet(path: Path) -> Rows:
    """Yield (`file row 7`, row) of a parquet file; numbers of classes become their names.

    Raises:
        InputError: `datasets` is missing, or the file is none.
    """
    try:
        import datasets
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise InputError(
            f"reading `{path}` needs the package `datasets`: pip install datasets."
        ) from None
    try:
        file = parquet.ParquetFile(path)
        features = datasets.Features.from_arrow_schema(file.schema_arrow)
        number = 0
        for batch in file.iter_batches(batch_size=BATCH):
            for row in batch.to_pylist():
                yield f"{path} row {number}", named(row, features)
                number += 1
    except (ArrowException, OSError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(f"cannot read `{path}` as parquet ({reason}).") from None
