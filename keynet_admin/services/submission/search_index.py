"""The index of the queue's search: body, reading, telephone, mail, receipt number and contacts of each case, also of its earlier revisions.

`submission_search` holds the folded words, the index itself is made by hand for each database (migration 0011). Both are forgotten together
(`drop`), since they name persons.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, false, insert, select, text

from keynet_admin.catalogue.folding import fold
from keynet_admin.extensions import db
from keynet_admin.models import Submission, SubmissionSearch
from keynet_admin.services.search import ngrams

# A search with more hits than this is not narrowed by the list of them: the rows are looked through in their order.
MOST_HITS = 1000
MOST_WORDS = 8
# CROSS JOIN keeps SQLite to the order: first the index, and no further than the limit.
_SQLITE = (
    "SELECT s.submission_id FROM submission_search_index i CROSS JOIN submission_search s ON s.submission_id = i.rowid"
    " WHERE submission_search_index MATCH :tokens"
)
_POSTGRES = (
    "SELECT s.submission_id FROM submission_search_index i JOIN submission_search s ON s.submission_id = i.submission_id"
    " WHERE i.tokens @> CAST(:tokens AS text[])"
)


def put(submission_id: int, words: Iterable[str]) -> None:
    """Index words of a case beside those it has, in the present transaction. Words are folded here."""
    row = db.session.get(SubmissionSearch, submission_id)
    known = row.text.split() if row is not None else []
    new = " ".join(dict.fromkeys([*known, *_folded(words)]))
    if row is None:
        put_new([(submission_id, new.split())])
    elif new != row.text:
        connection = db.session.connection()
        _forget(connection, submission_id, row.text)
        _remember(connection, submission_id, new)
        row.text = new


def put_new(rows: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Index new cases: (id, words). Words are folded here."""
    made = [(number, " ".join(dict.fromkeys(_folded(words)))) for number, words in rows]
    if made:
        db.session.execute(insert(SubmissionSearch), [{"submission_id": number, "text": words} for number, words in made])
        connection = db.session.connection()
        for number, words in made:
            _remember(connection, number, words)


def drop(submission_id: int) -> None:
    """Forget a case's words, in text and index."""
    row = db.session.get(SubmissionSearch, submission_id)
    if row is not None:
        _forget(db.session.connection(), submission_id, row.text)
        db.session.execute(delete(SubmissionSearch).where(SubmissionSearch.submission_id == submission_id))


def found(query: Any, words: str) -> Any:
    """A select of cases, narrowed to those in whose words every word of the search stands."""
    keys = [_plain_number(key) for key in map(fold, words.split()[:MOST_WORDS]) if key]
    if not keys:
        return query
    if not all(map(ngrams.tokens_for, keys)):
        return query.where(false())
    ids = _candidates(keys)
    if len(ids) <= MOST_HITS:
        return query.where(Submission.id.in_(ids))
    here = select(SubmissionSearch.text).where(SubmissionSearch.submission_id == Submission.id).scalar_subquery()
    return query.where(*(here.contains(key, autoescape=True) for key in keys))


def _candidates(keys: list[str]) -> list[int]:
    """Ids of the cases that match, one more than is needed when they are too many."""
    connection = db.session.connection()
    sqlite = connection.dialect.name == "sqlite"
    place: dict[str, Any] = {f"key{number}": key for number, key in enumerate(keys)} | {"most": MOST_HITS + 1}
    place["tokens"] = ngrams.sqlite_match(keys) if sqlite else ngrams.postgres_tokens(keys)
    holds = "instr" if sqlite else "strpos"
    held = " AND ".join(f"{holds}(s.text, :key{number}) > 0" for number in range(len(keys)))
    statement = f"{_SQLITE if sqlite else _POSTGRES} AND {held} LIMIT :most"
    return list(connection.execute(text(statement), place).scalars())


def _remember(connection: Connection, number: int, words: str) -> None:
    tokens = ngrams.tokens_of(words)
    if connection.dialect.name == "sqlite":
        statement = "INSERT INTO submission_search_index(rowid, tokens) VALUES (:id, :tokens)"
        connection.execute(text(statement), {"id": number, "tokens": " ".join(tokens)})
        return
    every = dict.fromkeys((*tokens, *(letter for run in ngrams.runs_of(words) for letter in run)))
    statement = "INSERT INTO submission_search_index(submission_id, tokens) VALUES (:id, :tokens)"
    connection.execute(text(statement), {"id": number, "tokens": list(every)})


def _forget(connection: Connection, number: int, words: str) -> None:
    if connection.dialect.name == "sqlite":
        # The contentless table forgets a row only when it is told the very tokens that were put in.
        statement = "INSERT INTO submission_search_index(submission_search_index, rowid, tokens) VALUES ('delete', :id, :tokens)"
        connection.execute(text(statement), {"id": number, "tokens": " ".join(ngrams.tokens_of(words))})
    else:
        connection.execute(text("DELETE FROM submission_search_index WHERE submission_id = :id"), {"id": number})


def _folded(words: Iterable[str]) -> list[str]:
    return [key for key in map(fold, words) if key]


def _plain_number(key: str) -> str:
    """A receipt number without its letters, which stand before all of them."""
    return key[2:] if key.startswith("kn") and key[2:].isdigit() else key
