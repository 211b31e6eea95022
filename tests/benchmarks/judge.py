"""How fast answers are judged: 1,000 at concurrency 32 against a server that takes 50 ms.

    python tests/benchmarks/judge.py

The server runs in a process of its own. Printed are the seconds, those of the processor (importing
openai included), and the ratio to the ideal of 32 rounds of 50 ms; then the same of a second run,
which the cache answers alone.
"""

import asyncio
import json
import math
import multiprocessing
import os
import tempfile
import time
from multiprocessing.connection import Connection

from ftguard import Probe
from ftguard.judge import Budget, Judge, Judging, Task

CALLS, CONCURRENCY, SECONDS = 1000, 32, 0.05
GRADES = {"justification": "It is right.", "helpful": 5, "accurate": 5, "coherent": 4}


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one connection's requests, each after 50 ms."""
    message = {"role": "assistant", "content": json.dumps(GRADES)}
    usage = {"prompt_tokens": 400, "completion_tokens": 40}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    body = json.dumps({"choices": choices, "usage": usage}).encode()
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    try:
        while True:
            request = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = request.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            await asyncio.sleep(SECONDS)
            writer.write(head.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(told: Connection) -> None:
    """Serve until killed; tell the port first."""

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def main() -> None:
    """Judge 1,000 answers twice."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    process.start()
    ideal = math.ceil(CALLS / CONCURRENCY) * SECONDS
    with tempfile.TemporaryDirectory() as cache:
        os.environ["FTGUARD_CACHE"] = cache
        judge = Judge(
            model="stub",
            base_url=f"http://127.0.0.1:{here.recv()}/v1",
            concurrency=CONCURRENCY,
            usd_per_million=(0.0, 0.0),
        )
        probe = Probe(id="sum", prompt="What is 2 + 2?", reference="4", notes="Nothing but 4.")
        tasks = [Task(key=str(n), probe=probe, text=f"{n} " * 50) for n in range(CALLS)]
        print(f"{'':<7}scored  seconds  processor  of the ideal")
        for name in ("asked", "cached"):
            start, used = time.perf_counter(), time.process_time()
            judging = Judging(judge, tasks, Budget(judge))
            judging.wait()
            seconds = time.perf_counter() - start
            scored = sum(judged.score is not None for judged in judging.take())
            used = time.process_time() - used
            print(f"{name:<7}{scored:>6}{seconds:>9.2f}{used:>11.2f}{seconds / ideal:>14.2f}")
    process.kill()
    process.join()


if __name__ == "__main__":
    main()
