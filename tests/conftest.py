"""What all tests share: no network, no state outside temporary folders, one export of the default model."""

import gc
import importlib.util
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from index.articles.file_limits import end_reading_process
from index.building import embedding
from index.config import DEFAULT_ENCODER
from index.models.encoder_export import FrameworkEncoder
from index.models.export_process import export_here
from index.models.model_folders import resolve_encoder
from tests.support.kept_exports import export_key, fill_from_kept
from tests.support.order import in_thirds
from tests.support.paths import NO_NETWORK, ROOT
from tests.support.shared_folders import shared_folder
from tests.support.shared_models import compute_anew, share_models
from tests.support.tiny_reader import save_tiny_reader

# Examples take as long as the machine lets them, and are the same each time.
settings.register_profile(
    "any machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# Tests run side by side: several threads for each, and they only get in each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RAYON_NUM_THREADS", "1")

# The tests start dozens of processes, each of which would compile the packages for a third of a second.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What none of the processes imports that only collect tests.
FRAMEWORKS = {"torch", "transformers", "sentence_transformers", "llama_index", "scipy", "pandas", "selenium"}

# What imports PyTorch, sentence-transformers or LlamaIndex, or exports a model.
FRAMEWORK_TESTS = tuple(
    f"tests/{name}"
    for name in (
        "index/building/",
        "index/llamaindex/",
        "index/models/",
        "index/training/",
        "index/reading/test_reader_choice.py",
        "index/storage/test_vectors.py::test_llama_index",
        "index/test_public_names.py::test_the_llamaindex_classes",
        "bot/terminal/test_opening.py::test_a_named_reader",
        "scenarios/test_readme.py::test_the_llamaindex",
    )
)

pytest_plugins = [
    "tests.support.index_fixtures",
    "tests.support.home_fixtures",
    "tests.support.language_models",
    "tests.support.discord_fixtures",
    "tests.support.postgres_fixtures",
    "tests.support.reading_rooms",
]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected, nor later in what that made: almost all of it stays.

    Every process collects all tests, hence what takes seconds to import is imported by those that use it.
    """
    gc.disable()
    try:
        result = yield
    finally:
        gc.freeze()
        gc.enable()
    if loaded := FRAMEWORKS & sys.modules.keys():
        raise pytest.UsageError(
            f"collecting the tests imports {', '.join(sorted(loaded))}: let a test do that"
        )
    return result


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, object, object]:
    """Mark tests that need a database as slow, as its server takes seconds to start; then order all tests."""
    for item in items:
        if {"postgres_server", "own_server"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.slow)
    result = yield  # some are left out
    if not config.getoption("failedfirst", False):
        items[:] = in_thirds(items, FRAMEWORK_TESTS, "encoder_folder")
    return result


@pytest.fixture(scope="session", autouse=True)
def isolation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Cut the tests, and the processes that they start, off from the network and from the person's files."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("USERPROFILE", str(home))
        for name in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME"):
            folder = home / f".{name.lower()}"
            folder.mkdir(mode=0o700)
            patch.setenv(f"XDG_{name}_{'DIR' if name == 'RUNTIME' else 'HOME'}", str(folder))
        for name in ("FOOTNOTE_CONFIG", "DISCORD_BOT_TOKEN", "DISCORD_BOT_TOKEN_FILE", "NO_COLOR"):
            patch.delenv(name, raising=False)
        patch.setenv("HF_HOME", str(home / "huggingface"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv(
            "PYTHONPATH", os.pathsep.join([str(NO_NETWORK), str(ROOT), os.environ.get("PYTHONPATH", "")])
        )
        specification = importlib.util.spec_from_file_location("no_network", NO_NETWORK / "sitecustomize.py")
        assert specification is not None
        assert specification.loader is not None
        specification.loader.exec_module(importlib.util.module_from_spec(specification))
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Load and hash a model's files once in this process, and run it on an input once in all of them."""
    runs = shared_folder(tmp_path_factory, "runs", lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        share_models(patch, runs)
        yield


@pytest.fixture
def computed_anew() -> Iterator[None]:
    """Have models compute all that this test asks, for tests that compare what they compute."""
    with compute_anew():
        yield


@pytest.fixture(scope="session", autouse=True)
def exports_in_this_process() -> Iterator[None]:
    """Have updates in this process export encoders in it too: each new process imports torch for seconds.

    Those of commands that tests start, and those of test_export_process.py, have a process of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "export_encoder", export_here)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Have no test wait until what it wrote would survive a power cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(scope="session", autouse=True)
def reading_process_ends_with_the_tests() -> Iterator[None]:
    """End the process that reads files before the coverage of all processes is added up."""
    yield
    end_reading_process()


@pytest.fixture(scope="session")
def framework_encoder() -> FrameworkEncoder:
    """Return the default model in sentence-transformers."""
    return FrameworkEncoder.load(resolve_encoder(DEFAULT_ENCODER))


@pytest.fixture(scope="session")
def encoder_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the exported default model, kept between runs; tests only read it."""
    cache = getattr(request.config, "cache", None)  # None with `-p no:cacheprovider`

    def export(folder: Path) -> None:
        framework_encoder: FrameworkEncoder = request.getfixturevalue("framework_encoder")
        framework_encoder.export(folder)

    def fill(folder: Path) -> None:
        if cache is None:
            return export(folder)
        key = export_key(resolve_encoder(DEFAULT_ENCODER))
        return fill_from_kept(folder, cache.mkdir("encoder"), key, export)

    return shared_folder(tmp_path_factory, "encoder", fill)


@pytest.fixture(scope="session")
def tiny_reader_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tiny reader; tests only read it."""
    return shared_folder(tmp_path_factory, "tiny-reader", save_tiny_reader)
