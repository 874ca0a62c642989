"""Schema of the library in PostgreSQL, its version, and the steps from one version to the next.

Rows of sentences, passages, blocks and sections are `article << ROW_BITS | number`: an article's rows are
consecutive, and no other article's change when it comes or goes.

Every row has a `tenant`: 0 for the common library, else a Discord server's id. Row-level security shows a
session the common rows and those of the tenant that `footnote.tenant` names, and lets it change only these.
Of what people said and did, a session sees its own tenant's alone.
"""

from typing import TYPE_CHECKING, Any

from index.errors import IndexMissingError, IndexStaleError, IndexUnwritableError

if TYPE_CHECKING:
    from psycopg import Connection

VERSION = 3
"""Version of the schema; a migration in `MIGRATIONS` leads to it from the one before."""
ROW_BITS = 20
"""Bits of a row that number an article's sentences, passages, blocks or sections: up to a million."""
COMMON = 0
"""Tenant of the library that all share."""
LOCK = "SELECT pg_advisory_lock(hashtext('footnote schema'))"
"""Statement that waits until no other session makes or changes the schema."""
SEARCH_PATH = "footnote, public, extensions"
"""Where pgvector may be installed, beside our own schema."""

TABLES = (
    "libraries",
    "sources",
    "files",
    "articles",
    "title_words",
    "blocks",
    "sentences",
    "sentence_vectors",
    "passages",
    "postings",
    "terms",
)
"""Tables of the library, with a tenant, each under row-level security."""
FEEDBACK_TABLES = ("feedback_keys", "feedback", "unanswered")
PRIVATE_TABLES = (*FEEDBACK_TABLES, "library_changes")
"""Tables of what people said and did, each shown to its own tenant; the common one, all changes."""

_FIRST = """
CREATE TABLE libraries (
    tenant bigint PRIMARY KEY, version bigint NOT NULL, fingerprint text NOT NULL, encoder text NOT NULL,
    reader text, dimension integer NOT NULL, articles bigint NOT NULL, sentences bigint NOT NULL,
    passages bigint NOT NULL, words bigint NOT NULL, content text NOT NULL,
    changed timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE sources (
    tenant bigint NOT NULL, source text COLLATE "C" NOT NULL, encoder text NOT NULL, reader text,
    PRIMARY KEY (tenant, source)
);
CREATE TABLE files (
    tenant bigint NOT NULL, source text COLLATE "C" NOT NULL, file text COLLATE "C" NOT NULL,
    state text NOT NULL, PRIMARY KEY (tenant, source, file)
);
CREATE SEQUENCE article_rows;
CREATE TABLE articles (
    tenant bigint NOT NULL, row bigint NOT NULL, source text COLLATE "C" NOT NULL, digest text NOT NULL,
    words bigint NOT NULL,
    id text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL,
    title text NOT NULL, outer_title text NOT NULL, terms text NOT NULL,
    url text, published text, author text, updated bigint NOT NULL,
    file text COLLATE "C" NOT NULL, characters bigint NOT NULL,
    first_sentence bigint NOT NULL, sentences integer NOT NULL,
    first_passage bigint NOT NULL, passages integer NOT NULL,
    first_block bigint NOT NULL, blocks integer NOT NULL, text text NOT NULL,
    folded_id text COLLATE "C" NOT NULL, folded_title text COLLATE "C" NOT NULL,
    title_length integer NOT NULL,
    PRIMARY KEY (tenant, row), UNIQUE (tenant, id), UNIQUE (tenant, key), UNIQUE (tenant, source, file)
);
CREATE INDEX articles_by_title ON articles (tenant, folded_title, row);
CREATE INDEX articles_by_file ON articles (tenant, file);
CREATE TABLE title_words (
    tenant bigint NOT NULL, word text COLLATE "C" NOT NULL, article bigint NOT NULL,
    PRIMARY KEY (tenant, word, article)
);
CREATE INDEX title_words_by_article ON title_words (tenant, article);
CREATE TABLE blocks (
    tenant bigint NOT NULL, row bigint NOT NULL, kind text NOT NULL, start integer NOT NULL,
    "end" integer NOT NULL, section text NOT NULL, lead text NOT NULL, cells text NOT NULL,
    links text NOT NULL, level integer NOT NULL, page integer, terms text NOT NULL,
    PRIMARY KEY (tenant, row)
);
CREATE TABLE sentences (
    tenant bigint NOT NULL, row bigint NOT NULL, article bigint NOT NULL, number integer NOT NULL,
    start integer NOT NULL, "end" integer NOT NULL, passage bigint NOT NULL, wording bigint NOT NULL,
    block bigint NOT NULL, section bigint NOT NULL, text text NOT NULL, terms text NOT NULL,
    PRIMARY KEY (tenant, row)
);
CREATE INDEX sentences_by_wording ON sentences (tenant, wording, article);
CREATE TABLE sentence_vectors (
    tenant bigint NOT NULL, row bigint NOT NULL, dimension integer NOT NULL, vector vector NOT NULL,
    PRIMARY KEY (tenant, row)
);
CREATE TABLE passages (
    tenant bigint NOT NULL, row bigint NOT NULL, article bigint NOT NULL, start integer NOT NULL,
    "end" integer NOT NULL, first integer NOT NULL, last integer NOT NULL,
    dimension integer NOT NULL, vector vector NOT NULL, PRIMARY KEY (tenant, row)
);
CREATE TABLE postings (
    tenant bigint NOT NULL, term text COLLATE "C" NOT NULL, sentence bigint NOT NULL,
    occurrences integer NOT NULL, length integer NOT NULL,
    PRIMARY KEY (tenant, term, sentence) INCLUDE (occurrences, length)
);
CREATE TABLE terms (
    tenant bigint NOT NULL, term text COLLATE "C" NOT NULL, sentences bigint NOT NULL,
    PRIMARY KEY (tenant, term)
);
"""

# The setting is read once in a statement, not once for each row: hence the sub-select.
_TENANT = "(SELECT nullif(current_setting('footnote.tenant', true), '')::bigint)"


def _secured(table: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"  # for the tables' owner, too
        f"CREATE POLICY shown ON {table} FOR SELECT USING (tenant = {COMMON} OR tenant = {_TENANT});"
        f"CREATE POLICY changed ON {table} USING (tenant = {_TENANT}) WITH CHECK (tenant = {_TENANT});"
    )


def _kept_apart(table: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY own ON {table} USING (tenant = {_TENANT}) WITH CHECK (tenant = {_TENANT});"
    )


# `entry` is made by the client: what is sent twice, because a connection was lost, is stored once.
_PEOPLE = """
CREATE TABLE feedback_keys (tenant bigint PRIMARY KEY, key text NOT NULL);
CREATE TABLE feedback (
    tenant bigint NOT NULL, row bigint GENERATED ALWAYS AS IDENTITY,
    person text NOT NULL, message text NOT NULL, judged text NOT NULL, "right" boolean NOT NULL,
    question text NOT NULL, answer text, "index" text NOT NULL, asked_in text, article text, sentence text,
    note text, PRIMARY KEY (tenant, row), UNIQUE (tenant, person, message)
);
CREATE TABLE unanswered (
    tenant bigint NOT NULL, row bigint GENERATED ALWAYS AS IDENTITY, entry uuid NOT NULL,
    asked text COLLATE "C" NOT NULL, question text NOT NULL,
    PRIMARY KEY (tenant, row), UNIQUE (tenant, entry)
);
CREATE TABLE library_changes (
    tenant bigint NOT NULL, row bigint GENERATED ALWAYS AS IDENTITY, entry uuid NOT NULL,
    "time" text COLLATE "C" NOT NULL, server text, who text NOT NULL, action text NOT NULL,
    file text NOT NULL, url text, PRIMARY KEY (tenant, row), UNIQUE (tenant, entry)
);
CREATE INDEX library_changes_by_time ON library_changes ("time");
"""

# Feedback that was kept in files has keys of its own: its hashes are known by them as long as it is stored.
_FORMER_KEYS = """
ALTER TABLE feedback_keys ADD COLUMN former boolean NOT NULL DEFAULT false;
ALTER TABLE feedback_keys DROP CONSTRAINT feedback_keys_pkey;
ALTER TABLE feedback_keys ADD PRIMARY KEY (tenant, key);
CREATE UNIQUE INDEX feedback_key_in_use ON feedback_keys (tenant) WHERE NOT former;
"""

MIGRATIONS: dict[int, str] = {
    2: _PEOPLE
    + "".join(map(_kept_apart, PRIVATE_TABLES))
    + f"CREATE POLICY overseen ON library_changes FOR SELECT USING ({_TENANT} = {COMMON});",
    3: _FORMER_KEYS,
}
"""Statements that lead from the version before to the version that is the key."""


def stored_version(connection: "Connection[Any]") -> int | None:
    """Return the version of the schema in the database, None if there is none."""
    found = connection.execute("SELECT to_regclass('footnote.schema_version')").fetchone()
    if found is None or found[0] is None:
        return None
    ((version,),) = connection.execute("SELECT version FROM footnote.schema_version").fetchall()
    return int(version)


def is_current(version: int | None) -> bool:
    """Tell whether a schema has this program's version."""
    return version == VERSION


def check_version(version: int | None) -> None:
    """Raise IndexMissingError without a schema, IndexStaleError for another version than this program's."""
    if version is None:
        raise IndexMissingError("there is no library in the database")
    if version != VERSION:
        age = "a newer" if version > VERSION else "an older"
        raise IndexStaleError(
            f"the library in the database was written by {age} version of Footnote"
            f" (schema {version}, here {VERSION})"
        )


def migrate(connection: "Connection[Any]") -> None:
    """Make the schema, or bring it to this program's version; the caller's transaction holds all of it.

    The session holds LOCK since before that transaction. Raises IndexUnwritableError if a newer program has
    written it.
    """
    version = stored_version(connection)
    if version is not None and version > VERSION:
        raise IndexUnwritableError(
            "the library in the database was written by a newer version of Footnote"
            f" (schema {version}, here {VERSION})",
            "Update Footnote on this machine.",
        )
    if version is None:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute("CREATE SCHEMA IF NOT EXISTS footnote")
        connection.execute(_FIRST + "".join(map(_secured, TABLES)))
        connection.execute("CREATE TABLE footnote.schema_version (version integer NOT NULL)")
        connection.execute("INSERT INTO footnote.schema_version VALUES (1)")
        version = 1
    for step in range(version + 1, VERSION + 1):
        connection.execute(MIGRATIONS[step])
        connection.execute("UPDATE footnote.schema_version SET version = %s", (step,))
