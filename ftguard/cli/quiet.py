"""Keeps what libraries say of their own work off the terminal."""

import logging


def be_quiet() -> None:
    """No loading bars and no remarks of transformers: what goes wrong is an error."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("accelerate").setLevel(logging.ERROR)
