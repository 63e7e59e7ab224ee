"""One function on many samples, on threads that take the next sample when they are done with one.

joblib's `Parallel` looks for finished work every 10 ms, which is the time of a dozen images of a small network.
"""

from concurrent.futures import ThreadPoolExecutor

__all__ = ["on_threads"]


def on_threads(function, samples, n_threads):
    """The function's value for every sample, in order.

    Parameters
    ----------
    function : callable
        Spends its time without the interpreter lock.
    samples : sequence
    n_threads : int
        With the one that calls, which works too. Fewer run where there are fewer samples.

    Returns
    -------
    list

    Raises
    ------
    BaseException
        What one of the samples raised; samples that no thread has begun are left out then.
    """
    values = [None] * len(samples)
    places = iter(range(len(samples)))  # threads share it: the next place is taken under the interpreter lock

    def work():
        try:
            for i in places:
                values[i] = function(samples[i])
        except BaseException:
            _exhaust(places)
            raise

    n_threads = min(n_threads, len(samples))
    if n_threads <= 1:
        work()
        return values
    with ThreadPoolExecutor(n_threads - 1) as pool:
        running = [pool.submit(work) for _ in range(n_threads - 1)]
        try:
            work()
            for thread in running:
                thread.result()
        finally:  # an interrupt arrives here, in the thread that called
            _exhaust(places)
    return values


def _exhaust(places):
    for _ in places:
        pass
