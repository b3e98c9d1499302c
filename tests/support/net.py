"""Small helpers around sockets and processes: free ports, waiting for a condition without a fixed sleep."""

import http.client
import socket
import subprocess
import time
from collections.abc import Callable


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Ask again and again until the condition holds. Raises TimeoutError that names what was waited for."""
    patience = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > patience:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)


def answers(port: int, path: str = "/healthz", below: int = 500) -> bool:
    """Does the server on this loopback port answer the path with a status below this one?"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < below
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def end(process: "subprocess.Popen[bytes]", seconds: float = 10.0) -> None:
    """Ask a process that we started to stop; kill it when it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
