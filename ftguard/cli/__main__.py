"""Makes `python -m ftguard.cli` the command `ftguard`."""

from ftguard.cli.main import app

app()
