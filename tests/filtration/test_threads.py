"""Samples on threads: every one once, in order, and none begun after one has failed."""

import threading

import pytest

from sktopo.filtration.threads import on_threads


@pytest.mark.parametrize("n_samples", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("n_threads", [2, 3, 16])
def test_values_come_in_the_order_of_the_samples(n_samples, n_threads):
    calls = []
    values = on_threads(lambda x: calls.append(x) or 2 * x, range(n_samples), n_threads)
    assert values == [2 * x for x in range(n_samples)]
    assert sorted(calls) == list(range(n_samples))


def test_samples_run_at_the_same_time():
    meeting = threading.Barrier(3, timeout=30)  # breaks unless three samples are under way together
    assert len(on_threads(lambda _: meeting.wait(), range(3), 3)) == 3


def test_a_slow_sample_holds_up_no_other():
    others, begun = threading.Event(), []

    def function(x):
        begun.append(x)
        if x == 0:
            assert others.wait(timeout=30)
        elif len(begun) == 50:
            others.set()

    on_threads(function, range(50), 2)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_a_sample_raises_is_raised_and_the_rest_is_left_out(error):
    begun = []

    def function(x):
        begun.append(x)
        if x == 5:
            raise error("sample 5")

    with pytest.raises(error, match="sample 5"):
        on_threads(function, range(10_000), 2)
    assert len(begun) < 10_000


def test_an_error_of_the_last_thread_is_not_lost():
    meeting = threading.Barrier(2, timeout=30)

    def function(x):
        meeting.wait()
        if x == 1:
            raise ValueError("the second")

    with pytest.raises(ValueError, match="the second"):
        on_threads(function, range(2), 2)
