"""The published algorithms in NumPy and SciPy on a file of features [n, d], whose halves are two sets.

Moments as in pytorch-fid; its Frechet distance by scipy's sqrtm and by symmetric eigenvalues; precision and recall as in StyleGAN3 (k-th
neighbour with the point itself as the 0-th, all distances of a set at once), in float32. Prints "name seconds cpu-seconds value ...".
"""
import sys
import time

import numpy as np
import scipy.linalg


def moments(features):
    return np.mean(features, axis=0, dtype=np.float64), np.cov(features, rowvar=False)


def distance(a, b, trace):
    (mean_a, cov_a), (mean_b, cov_b) = a, b
    return np.sum((mean_a - mean_b) ** 2) + np.trace(cov_a) + np.trace(cov_b) - 2 * trace(cov_a, cov_b)


def trace_sqrtm(cov_a, cov_b):
    return np.trace(np.real(scipy.linalg.sqrtm(cov_a.dot(cov_b))))


def trace_eigvalsh(cov_a, cov_b):
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return np.sum(np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_b @ root), 0)))


def distances(a, b):
    squares = np.sum(a * a, axis=1)[:, None] + np.sum(b * b, axis=1)[None, :]
    return np.sqrt(np.maximum(squares - 2 * (a @ b.T), 0))


def covered(centres, points, k):
    radii = np.partition(distances(centres, centres), k, axis=1)[:, k]
    return np.mean(np.any(distances(points, centres) <= radii[None, :], axis=1))


def timed(name, repetitions, compute):
    seconds, cpu = float("inf"), float("inf")
    for _ in range(repetitions):
        begun, begun_cpu = time.perf_counter(), time.process_time()
        result = compute()
        seconds, cpu = min(seconds, time.perf_counter() - begun), min(cpu, time.process_time() - begun_cpu)
    return name, seconds, cpu, result


def report(name, seconds, cpu, *values):
    print(name, "%.6f" % seconds, "%.6f" % cpu, *["%.17g" % value for value in values], flush=True)


def main(path, n, d, neighbours, k, repetitions):
    features = np.fromfile(path, dtype=np.float32).reshape(n, d)
    name, seconds, cpu, (mean, cov) = timed("moments", repetitions, lambda: moments(features))
    report(name, seconds, cpu, np.sum(mean), np.trace(cov), np.sum(cov))
    real, generated = features[: n // 2], features[n // 2 :]
    both = moments(real), moments(generated)
    for form in (trace_eigvalsh, trace_sqrtm):
        report(*timed(form.__name__, repetitions if form is trace_eigvalsh else 1, lambda: distance(*both, form)))
    real, generated = real[:neighbours], generated[:neighbours]
    name, seconds, cpu, both = timed(
        "neighbours", repetitions, lambda: (covered(real, generated, k), covered(generated, real, k))
    )
    report(name, seconds, cpu, *both)
    print("numpy", np.__version__, "scipy", scipy.__version__)


main(sys.argv[1], *[int(argument) for argument in sys.argv[2:]])
