"""The index of the queue's search: body, reading, telephone, mail, receipt number and contacts of each case, also of its earlier revisions.

`submission_search` holds the folded words, the index itself is made by hand for each database (migration 0011). Both are forgotten together
(`drop`), since they name persons.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import delete, false, insert, literal, select

from keynet_admin.catalogue.folding import fold
from keynet_admin.extensions import db
from keynet_admin.models import Submission, SubmissionSearch
from keynet_admin.services.search import ngrams
from keynet_admin.services.search.ngrams import Index

# A search with more hits than this is not narrowed by the list of them: the rows are looked through in their order.
MOST_HITS = 1000
MOST_WORDS = 8
INDEX: Final = Index("submission_search_index", "submission_id", fours=True)


def put(submission_id: int, words: Iterable[str]) -> None:
    """Index words of a case beside those it has, in the present transaction. Words are folded here."""
    row = db.session.get(SubmissionSearch, submission_id)
    known = row.text.split() if row is not None else []
    new = " ".join(dict.fromkeys([*known, *_folded(words)]))
    if row is None:
        put_new([(submission_id, new.split())])
    elif new != row.text:
        connection = db.session.connection()
        INDEX.put(connection, submission_id, row.text, new)
        row.text = new


def put_new(rows: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Index new cases: (id, words). Words are folded here."""
    made = [(number, " ".join(dict.fromkeys(_folded(words)))) for number, words in rows]
    if made:
        db.session.execute(insert(SubmissionSearch), [{"submission_id": number, "text": words} for number, words in made])
        connection = db.session.connection()
        for number, words in made:
            INDEX.put(connection, number, None, words)


def drop(submission_id: int) -> None:
    """Forget a case's words, in text and index."""
    row = db.session.get(SubmissionSearch, submission_id)
    if row is not None:
        INDEX.put(db.session.connection(), submission_id, row.text, None)
        db.session.execute(delete(SubmissionSearch).where(SubmissionSearch.submission_id == submission_id))


def found(query: Any, words: str) -> Any:
    """A select of cases, narrowed to those in whose words every word of the search stands."""
    keys = [_plain_number(key) for key in map(fold, words.split()[:MOST_WORDS]) if key]
    if not keys:
        return query
    if not all(map(INDEX.tokens_for, keys)):
        return query.where(false())
    ids = _candidates(keys)
    if len(ids) <= MOST_HITS:
        return query.where(Submission.id.in_(ids))
    here = select(SubmissionSearch.text).where(SubmissionSearch.submission_id == Submission.id).scalar_subquery()
    return query.where(*(here.contains(key, autoescape=True) for key in keys))


def with_word(word: str, *, prefecture_code: str = "") -> list[int]:
    """Ids of the cases among whose words this one stands whole; one that begins with a sign (@city.example.lg.jp) may be a word's end."""
    key, dialect = fold(word), db.session.get_bind().dialect.name
    if not INDEX.tokens_for(key):
        return []
    found = INDEX.candidates(dialect).subquery()
    statement = select(SubmissionSearch.submission_id).join(found, SubmissionSearch.submission_id == found.c.id + 0)
    if prefecture_code:
        here = Submission.prefecture_code.in_((prefecture_code, ""))  # a mistyped code names no prefecture
        statement = statement.join(Submission, Submission.id == SubmissionSearch.submission_id).where(here)
    words, wanted = literal(" ") + SubmissionSearch.text + literal(" "), literal((" " if key[0].isalnum() else "") + key + " ")
    return list(
        db.session.execute(statement.where(ngrams.holds(dialect, words, wanted)), {"match": INDEX.matching(dialect, [key])}).scalars()
    )


def _candidates(keys: list[str]) -> list[int]:
    """Ids of the cases that match, one more than is needed when they are too many."""
    dialect = db.session.get_bind().dialect.name
    found = INDEX.candidates(dialect).subquery()
    # The sum keeps SQLite to the order: first the index, and no further than the limit.
    statement = select(SubmissionSearch.submission_id).join(found, SubmissionSearch.submission_id == found.c.id + 0).limit(MOST_HITS + 1)
    held = [ngrams.holds(dialect, SubmissionSearch.__table__.c.text, literal(key)) for key in keys]
    return list(db.session.execute(statement.where(*held), {"match": INDEX.matching(dialect, keys)}).scalars())


def _folded(words: Iterable[str]) -> list[str]:
    return [key for key in map(fold, words) if key]


def _plain_number(key: str) -> str:
    """A receipt number without its letters, which stand before all of them."""
    return key[2:] if key.startswith("kn") and key[2:].isdigit() else key
