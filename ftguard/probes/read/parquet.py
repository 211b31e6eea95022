"""Reads files that store columns, parquet and arrow, row by row."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.read.cells import plain_row
from ftguard.probes.read.documents import Rows
from ftguard.probes.read.memory import named

BATCH = 256
"""Rows that are in memory at a time."""
PARQUET = (".parquet", ".pq")


def read_columns(path: Path) -> Rows:
    """Yield (`file row 7`, row) of a parquet or arrow file; numbers of classes become their names.

    Raises:
        InputError: `datasets` is missing, or the file is none.
    """
    try:
        import datasets
        from pyarrow import ArrowException
    except ImportError:
        raise InputError(
            f"reading `{path}` needs the package `datasets`: pip install datasets."
        ) from None
    kind = "parquet" if path.suffix.lower() in PARQUET else "arrow"
    try:
        number = 0
        with closing(_batches(path, kind)) as batches:
            for batch in batches:
                features = datasets.Features.from_arrow_schema(batch.schema)
                for row in batch.to_pylist():
                    yield f"{path} row {number}", plain_row(named(row, features))
                    number += 1
    except (ArrowException, OSError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(f"cannot read `{path}` as {kind} ({reason}).") from None


def _batches(path: Path, kind: str) -> Generator[Any, None, None]:
    """Some rows at a time, as `pyarrow` has them."""
    from pyarrow import ArrowInvalid, OSFile, ipc, parquet

    if kind == "parquet":
        yield from parquet.ParquetFile(path).iter_batches(batch_size=BATCH)
        return
    with OSFile(str(path)) as file:
        # `datasets` writes streams, most others files with an index at the end.
        try:
            stream = ipc.open_stream(file)
        except ArrowInvalid:
            file.seek(0)
            stored = ipc.open_file(file)
            yield from map(stored.get_batch, range(stored.num_record_batches))
        else:
            yield from stream
