"""The index of the queue's search: body, reading, telephone, mail, receipt number, contacts and inquiries' numbers of each case, also of its earlier revisions.

`submission_search` holds the folded words, the index itself is made by hand for each database (migration 0011). Both are forgotten together
(`drop`), since they name persons.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, false, insert, literal, select

from keynet_admin.catalogue.folding import search_key
from keynet_admin.extensions import db
from keynet_admin.models import Submission, SubmissionSearch
from keynet_admin.services.search import ngrams
from keynet_admin.services.search.among import among
from keynet_admin.services.search.ngrams import Index
from keynet_admin.services.search.typed import keys_of

# A search with more hits than this is not narrowed by the list of them: the rows are looked through in their order.
MOST_HITS = 1000
_BODY = ("lg_code", "org_name", "org_kana", "org_tel", "department")
_PEOPLE = ("contact_last", "contact_first", "contact_last_kana", "contact_first_kana", "contact_tel", "contact_email", "account_email")
INDEX: Final = Index("submission_search_index", "submission_id", fours=True)


def words_of(normalized: Mapping[str, Any], receipt_no: str) -> list[str]:
    """What a case is searched by: its numbers, its body, the people who are in charge of it, and where its postings take inquiries."""
    organization, contact = (normalized.get(name) for name in ("organization", "contact"))
    return [receipt_no, *_texts(organization, _BODY), *_texts(contact, _PEOPLE), *inquiry_tels(normalized)]


def inquiry_tels(normalized: Mapping[str, Any]) -> list[str]:
    """The telephone numbers for inquiries of a form's postings."""
    postings = normalized.get("postings")
    return [tel for posting in (postings if isinstance(postings, list) else ()) for tel in _texts(posting, ("public_tel",))]


def put(submission_id: int, words: Iterable[str], *, anew: bool = False) -> None:
    """Index words of a case beside those it has, in the present transaction. Words are folded here; `anew`: also those it has."""
    row = db.session.get(SubmissionSearch, submission_id)
    known = row.text.split() if row is not None else []
    known = _folded(known) if anew else known
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
    keys = keys_of(words)
    if not keys:
        return query
    if not all(map(INDEX.tokens_for, keys)):
        return query.where(false())
    ids = matching(keys, MOST_HITS + 1)
    if len(ids) <= MOST_HITS:
        return query.where(among(Submission.id, ids))
    here = select(SubmissionSearch.text).where(SubmissionSearch.submission_id == Submission.id).scalar_subquery()
    return query.where(*(here.contains(key, autoescape=True) for key in keys))


def with_word(word: str, *, prefecture_code: str = "") -> list[int]:
    """Ids of the cases among whose words this one stands whole; one that begins with a sign (@city.example.lg.jp) may be a word's end."""
    key, dialect = search_key(word), db.session.get_bind().dialect.name
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


def matching(keys: Sequence[str], most: int, *, ends: bool = False) -> list[int]:
    """Ids of at most so many cases in whose words all these folded keys stand; `ends`: at the end of a word. Keys without letters and digits find none."""
    if not keys or not all(map(INDEX.tokens_for, keys)):
        return []
    dialect = db.session.get_bind().dialect.name
    found = INDEX.candidates(dialect).subquery()
    # The sum keeps SQLite to the order: first the index, and no further than the limit.
    statement = select(SubmissionSearch.submission_id).join(found, SubmissionSearch.submission_id == found.c.id + 0).limit(most)
    words: Any = SubmissionSearch.__table__.c.text
    held = [ngrams.holds(dialect, words + literal(" ") if ends else words, literal(key + " " if ends else key)) for key in keys]
    return list(db.session.execute(statement.where(*held), {"match": INDEX.matching(dialect, keys)}).scalars())


def _texts(section: Any, names: Iterable[str]) -> list[str]:
    """The texts of a section of a form that stand in these fields."""
    values = [section.get(name) for name in names] if isinstance(section, Mapping) else []
    return [value[:254] for value in values if isinstance(value, str)]


def _folded(words: Iterable[str]) -> list[str]:
    return [key for key in map(search_key, words) if key]
