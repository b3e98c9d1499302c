"""The yardstick of every page: a Flask route that returns a constant, on the same server with the same settings."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """As little as a page can be."""
    return "hello, world"


@app.get("/healthz")
def healthz() -> str:
    """What the starter of the server waits for."""
    return "ok"
