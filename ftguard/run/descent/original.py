"""Makes `Original`, which base costs are counted from."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Original:
    """The base that costs are counted from, and where to find it again."""

    digest: str
    """Of the fingerprint of its snapshot."""
    folder: str
    """Where its snapshot is; in what is uploaded, below the output directory or not told."""
    weights: str = ""
    """Fingerprint of its weights; empty where an older version wrote the record."""
    model: str = ""
    """The folder or the hub name that it was loaded from; empty where it was made in memory. In
    what is uploaded a folder's last part alone, after `…/`."""
    revision: str = ""
    """The commit on the hub."""
    dtype: str = ""
    """Of its weights, as they were asked."""
