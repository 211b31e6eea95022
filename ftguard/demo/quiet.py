"""Keeps the libraries that train from talking over what the guard says."""

import logging

from transformers.utils import logging as transformers_logging


def hush() -> None:
    """No progress bars, and errors alone."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("accelerate").setLevel(logging.ERROR)
