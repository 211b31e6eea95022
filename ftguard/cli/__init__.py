"""What a person runs in a terminal; `app` is the command `ftguard`."""

from ftguard.cli.main import app as app
