"""Asks a model behind an OpenAI-compatible server; knows nothing of judging."""

from ftguard.endpoint.address import check_endpoint as check_endpoint
from ftguard.endpoint.address import host as host
from ftguard.endpoint.address import is_local as is_local
from ftguard.endpoint.address import resolve as resolve
from ftguard.endpoint.endpoint import Endpoint as Endpoint
from ftguard.endpoint.reply import NoReply as NoReply
from ftguard.endpoint.reply import Reply as Reply
