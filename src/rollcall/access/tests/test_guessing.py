"""Guessing passwords: how often, by how many at once, and what an answer tells."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from rollcall.access.tests.counting import CountingHasher
from rollcall.stores.models import User
from rollcall.testing.fixtures import PASSWORD

WRONG = "wrong horse battery"
COUNTING = f"{CountingHasher.__module__}.{CountingHasher.__name__}"


def guess(email: str, password: str) -> str:
    answer = Client().post("/sign-in/", {"login": email, "password": password})
    text = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return text.replace(email, "ADDRESS")


class TestAnAnswer:
    def test_says_and_costs_the_same_whoever_exists(
        self, alice: User, bob: User, charlie: User, settings: Settings
    ) -> None:
        cache.clear()
        bob.set_unusable_password()
        bob.save()
        charlie.is_active = False
        charlie.save()
        settings.PASSWORD_HASHERS = [COUNTING]
        answers, costs = [], []
        for email in (alice.email, bob.email, charlie.email, "nobody@example.com"):
            before = CountingHasher.hashed
            answers.append(guess(email, WRONG))
            costs.append(CountingHasher.hashed - before)

        assert costs == [1, 1, 1, 1]
        assert len(set(answers)) == 1

    def test_of_a_locked_address_is_the_same_too(self, alice: User) -> None:
        cache.clear()
        answers = []
        for email in (alice.email, "nobody@example.com"):
            for _ in range(5):
                guess(email, WRONG)
            answers.append(guess(email, PASSWORD))

        assert "Too many failed login attempts" in answers[0]
        assert answers[0] == answers[1]


class TestGuessesAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_are_counted_one_at_a_time(self, settings: Settings) -> None:
        cache.clear()
        settings.PASSWORD_HASHERS = [COUNTING]
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/300s/key"}
        before = CountingHasher.hashed

        def once(_number: int) -> None:
            try:
                guess("nobody@example.com", WRONG)
            finally:
                connection.close()

        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(once, range(16)))

        assert CountingHasher.hashed - before == 5
