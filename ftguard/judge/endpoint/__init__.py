"""Asks a model behind an OpenAI-compatible server; knows nothing of judging."""

from ftguard.judge.endpoint.address import check_endpoint as check_endpoint
from ftguard.judge.endpoint.address import host as host
from ftguard.judge.endpoint.address import is_local as is_local
from ftguard.judge.endpoint.address import resolve as resolve
from ftguard.judge.endpoint.endpoint import Endpoint as Endpoint
from ftguard.judge.endpoint.reply import NoReply as NoReply
from ftguard.judge.endpoint.reply import Reply as Reply
