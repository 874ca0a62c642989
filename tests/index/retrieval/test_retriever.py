"""Retrieval: candidates by meaning and by words, with what ranking needs to know of each."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.arrays import Floats
from index.config import Config
from index.models.encoder import Encoder
from index.retrieval.opening import open_files
from index.retrieval.retriever import Retriever
from index.segmentation.search_terms import terms
from index.storage.generations import Generation, open_current

BRIDGE = "How long is the red bridge?"


@pytest.fixture(scope="module")
def generation(library_config: Path) -> Generation:
    return open_current(Config.read(library_config).index_directory, lambda generation: generation)


@pytest.fixture(scope="module")
def retriever(generation: Generation) -> Retriever:
    return open_files(generation)


@pytest.fixture(scope="module")
def vector(generation: Generation) -> Floats:
    (vector,) = Encoder.load(generation.encoder).encode_queries([BRIDGE])
    return vector


def test_a_candidate_is_a_sentence_of_its_article_with_its_terms(
    retriever: Retriever, vector: Floats
) -> None:
    best = retriever.retrieve(BRIDGE, vector)[0]
    assert best.text == "The red bridge is 900 metres long."
    assert best.terms == tuple(terms(best.text))
    article = retriever.catalog.article(best.article)
    assert article.text[best.start : best.end] == best.text
    assert best.terms_above == tuple(terms(article.title))


def test_a_sentence_is_found_once_in_an_article_and_only_so_often_in_all(
    retriever: Retriever, vector: Floats
) -> None:
    candidates = replace(retriever, copies=2).retrieve(BRIDGE, vector)
    articles = [found.article for found in candidates if found.text == "The red bridge is 900 metres long."]
    assert len(articles) == len(set(articles)) == 2


def test_an_article_or_a_count_narrows_the_candidates(retriever: Retriever, vector: Floats) -> None:
    row = retriever.catalog.row("bridges/three")
    assert {found.article for found in retriever.retrieve(BRIDGE, vector, row)} == {row}
    assert len(retriever.retrieve(BRIDGE, vector, count=2)) == 2


def test_words_alone_find_a_sentence_that_no_vector_is_near(retriever: Retriever, vector: Floats) -> None:
    candidates = retriever.retrieve(BRIDGE, np.zeros_like(vector))
    assert candidates[0].text == "The red bridge is 900 metres long."
    assert candidates[0].dense == candidates[0].passage == 0


def test_rare_terms_weigh_more(retriever: Retriever) -> None:
    assert retriever.idf("unheardof") > retriever.idf("bridg") > 0
    assert math.isfinite(retriever.idf("unheardof"))
