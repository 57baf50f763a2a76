"""Distributions of `scipy.stats`: each derivative against differences, where it is 0, and whole programs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest
from scipy import stats
from scipy.stats import gamma, norm

import pullback
from pullback.backends.scipy_names import is_in_jax, scipy_path
from pullback.stdlib import registry
from tests.inplace.outcomes import import_text

SHAPES: dict[str, tuple[float, ...]] = {
    **dict.fromkeys("norm cauchy laplace logistic gumbel_r gumbel_l uniform expon halfnorm rayleigh".split(), ()),
    **dict.fromkeys("t vonmises skewnorm gamma chi2 invgamma lognorm weibull_min pareto".split(), (2.3,)),
    "beta": (1.4, 2.2), "f": (3.5, 4.2), "truncnorm": (-0.6, 0.9),
}
METHODS = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
SLOW_TO_COMPILE = ("beta", "chi2", "gamma", "truncnorm")
INVERSES = ("ppf", "isf")
LOC, SCALE = 0.1, 1.3
INSIDE = {"pareto": (1.1, 4.0), "uniform": (0.1, 0.9), "beta": (0.1, 0.9), "truncnorm": (-0.5, 0.8)}
POSITIVE = "expon halfnorm rayleigh gamma chi2 invgamma lognorm weibull_min f".split()
CASES = [
    (name, method)
    for name in SHAPES
    for method in (*METHODS, *INVERSES)
    if registry.has_rule(getattr(getattr(stats, name), method))
]


def inside(name: str) -> Any:
    """Places that are inside of the support."""
    low, high = INSIDE.get(name, (0.2, 3.0) if name in POSITIVE else (-2.0, 2.1))
    return LOC + SCALE * np.linspace(low, high, 7)


def outside(name: str) -> Any:
    """Places that are not; of a distribution that is anywhere there are none."""
    below = [] if name not in POSITIVE and name not in INSIDE else [-0.7, -1e3]
    return LOC + SCALE * np.array(below + ([1.2, 1e3] if name in ("uniform", "beta", "truncnorm") else []))


def parameters(name: str) -> tuple[float, ...]:
    return (*SHAPES[name], LOC, SCALE)


def differences(op: Any, operands: list[Any], k: int) -> Any:
    h = 1e-6
    ends = [op(*operands[:k], operands[k] + d, *operands[k + 1 :]) for d in (h, -h)]
    return (ends[0] - ends[1]) / (2.0 * h)


@pytest.mark.parametrize(("name", "method"), CASES, ids=lambda x: x)
def test_each_partial_derivative(name: str, method: str) -> None:
    op: Any = getattr(getattr(stats, name), method)
    x = np.linspace(0.1, 0.93, 7) if method in INVERSES else inside(name)
    operands = [x, *parameters(name)]
    out = op(*operands)
    in_all = registry.find(op, tuple(range(len(operands))))
    places = [0, len(operands) - 2, len(operands) - 1] if in_all is None else range(len(operands))
    rule = registry.find(op, tuple(places))
    assert rule is not None
    partials = rule.fn(out, *operands)
    for k in places:
        wanted = differences(op, operands, k)
        np.testing.assert_allclose(np.broadcast_to(partials[k], out.shape), wanted, rtol=2e-7, atol=2e-8)


BOUNDED = [(name, method) for name, method in CASES if method in METHODS and outside(name).size]


@pytest.mark.parametrize(("name", "method"), BOUNDED, ids=lambda x: x)
def test_outside_of_the_support_derivatives_are_zero(name: str, method: str) -> None:
    op: Any = getattr(getattr(stats, name), method)
    operands = [outside(name), *parameters(name)]
    out = op(*operands)
    active = tuple(range(len(operands)))
    rule = registry.find(op, active) or registry.find(op, (0, *active[-2:]))
    assert rule is not None
    for partial in rule.fn(out, *operands):
        if partial is not None:
            np.testing.assert_array_equal(np.broadcast_to(partial, out.shape), 0.0)


FAR = [
    ("norm", "logcdf", -1e10, 1e10), ("norm", "logsf", 1e10, -1e10), ("norm", "logcdf", 1e3, 0.0),
    ("norm", "logpdf", 1e100, -1e100), ("norm", "pdf", -1e3, 0.0), ("norm", "pdf", 1e200, 0.0),
    ("gumbel_r", "logcdf", -50.0, np.exp(50.0)), ("gumbel_r", "pdf", -1e3, 0.0), ("gumbel_r", "logpdf", 1e3, -1.0),
    ("gumbel_l", "logsf", 50.0, -np.exp(50.0)), ("gumbel_l", "pdf", 1e3, 0.0), ("logistic", "logcdf", -1e3, 1.0),
    ("logistic", "logpdf", 1e3, -1.0), ("logistic", "pdf", -1e3, 0.0), ("cauchy", "logpdf", 1e100, -2e-100),
    ("expon", "logsf", 1e3, -1.0), ("halfnorm", "logsf", 1e3, -1e3), ("rayleigh", "logsf", 1e3, -1e3),
    ("laplace", "logpdf", -1e3, 1.0), ("uniform", "pdf", 0.0, 0.0), ("expon", "logpdf", 0.0, -1.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "method", "x", "slope"), FAR)
@pytest.mark.filterwarnings("ignore:overflow")
def test_far_out(name: str, method: str, x: float, slope: float) -> None:
    op: Any = getattr(getattr(stats, name), method)
    rule = registry.find(op, (0,))
    assert rule is not None
    assert rule.fn(op(x, 0, 1), x, 0, 1)[0] == pytest.approx(slope, rel=1e-5)


def test_on_the_border_of_the_support() -> None:
    """A density that is finite there has derivatives in its parameters."""
    for op, operands, scale_slope in (
        (stats.expon.logpdf, (0.0, 0, 2.0), -0.5),
        (stats.gamma.logpdf, (0.0, 1.0, 0, 2.0), -0.5),
        (stats.weibull_min.logpdf, (0.0, 1.0, 0, 2.0), -0.5),
        (stats.beta.logpdf, (0.0, 1.0, 1.0, 0, 2.0), -0.5),
        (stats.beta.logpdf, (2.0, 1.0, 1.0, 0, 2.0), -0.5),
        (stats.uniform.logpdf, (0.0, 0, 2.0), -0.5),
    ):
        rule = registry.find(op, tuple(range(len(operands))))
        assert rule is not None
        assert op(*operands) == pytest.approx(-np.log(2.0))
        if operands[0] == 0.0:
            assert rule.fn(op(*operands), *operands)[-1] == pytest.approx(scale_slope)


def whole_program(name: str, jax: bool) -> str:
    """The text of a function that calls all methods that a distribution has, in several ways."""
    d: Any = getattr(stats, name)
    methods = [m for m in METHODS if registry.has_rule(getattr(d, m))]
    if jax:
        tried = METHODS if name == "norm" else ("logpdf",) if name in SLOW_TO_COMPILE else ("logpdf", "cdf")
        methods = [m for m in tried if is_in_jax(scipy_path(getattr(d, m)) or ("", ""))]
    shapes = "".join(f"{k}, " for k in (d.shapes or "").replace(",", "").split())
    where = "" if jax and name == "vonmises" else "loc, scale=scale"
    total = " + ".join(f"{k}.3 * np.sum(w * stats.{name}.{m}(x, {shapes}{where}))" for k, m in enumerate(methods, 1))
    return f"def {name}{'_jax' if jax else ''}(w, x, {shapes}loc, scale):\n    return {total}\n"


JAX = [name for name in SHAPES if is_in_jax(("scipy.stats", f"{name}.pdf"))]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """One module with a function for each distribution, and for JAX another one."""
    file = tmp_path_factory.mktemp("distributions") / "calls_of_distributions.py"
    body = [whole_program(name, False) for name in SHAPES] + [whole_program(name, True) for name in JAX]
    return import_text("import numpy as np\nfrom scipy import stats\n\n\n" + "\n\n".join(body), file)


def operands_of(name: str) -> tuple[Any, ...]:
    w, x = np.array([0.5, -1.0, 0.7, 1.2, 0.3, -0.4, 0.9]), inside(name)
    return (w, x, *parameters(name))


@pytest.mark.parametrize("name", SHAPES)
def test_a_program(name: str, programs: ModuleType) -> None:
    f, operands = getattr(programs, name), operands_of(name)
    in_shape = all(registry.find(getattr(getattr(stats, name), m), (1,)) for m in METHODS)
    last = len(operands)
    wrt = tuple(range(1, last)) if in_shape or not SHAPES[name] else (1, last - 2, last - 1)
    value, grads = pullback.value_and_grad(f, wrt=wrt)(*operands)
    assert value == f(*operands)
    for k, g in zip(wrt, grads, strict=True):
        if k == 1:
            each = np.eye(7)  # the weights of one place at a time

            def at_each(x: Any) -> Any:
                return np.array([f(operands[0] * e, x, *operands[2:]) for e in each])

            wanted = differences(at_each, [operands[1]], 0)
            np.testing.assert_allclose(g, wanted, rtol=1e-6, atol=1e-7)
        else:
            assert g == pytest.approx(differences(f, list(operands), k), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", JAX)
@pytest.mark.usefixtures("double_precision")
def test_a_program_on_jax(name: str, programs: ModuleType) -> None:
    f, operands = getattr(programs, f"{name}_jax"), operands_of(name)
    wrt = (1,) if name == "vonmises" else (1, len(operands) - 2, len(operands) - 1)
    wanted = pullback.value_and_grad(f, wrt=wrt)(*operands)
    found = jax.jit(pullback.value_and_grad(f, wrt=wrt, backend="jax"))(*operands)
    np.testing.assert_allclose(found[0], wanted[0], rtol=1e-9)
    for g, e in zip(found[1], wanted[1], strict=True):
        assert np.shape(g) == np.shape(e)
        np.testing.assert_allclose(g, e, rtol=1e-8, atol=1e-10)


def in_several_ways(x: Any, m: Any, s: Any) -> Any:
    prior = stats.norm(m, scale=s)
    again = gamma(2.0, 0, s)
    return np.sum(norm.logpdf(x, scale=s, loc=m)) + np.sum(prior.cdf(x)) + again.logpdf(m) + np.sum(norm.sf(x, m))


def samples(q: Any, m: Any, s: Any) -> Any:
    """A sum of samples, by the inverse of the distribution function."""
    return np.sum(norm.ppf(q, m, s) ** 2) + np.sum(stats.pareto.ppf(q, 2.5, scale=s)) + np.sum(norm.isf(q))


@pytest.mark.usefixtures("double_precision")
def test_inverses_in_a_program() -> None:
    q = np.array([0.2, 0.5, 0.9])
    for backend in ("numpy", "jax"):
        derived: Any = pullback.value_and_grad(samples, wrt=(0, 1, 2), backend=backend)
        value, grads = (jax.jit(derived) if backend == "jax" else derived)(q, 0.4, 1.5)
        assert value == pytest.approx(samples(q, 0.4, 1.5), rel=1e-12)
        for k in (1, 2):
            assert grads[k] == pytest.approx(differences(samples, [q, 0.4, 1.5], k), rel=1e-6)
        h = 1e-6 * np.eye(3)
        wanted = [(samples(q + e, 0.4, 1.5) - samples(q - e, 0.4, 1.5)) / 2e-6 for e in h]
        np.testing.assert_allclose(grads[0], wanted, rtol=1e-6)


X = np.array([0.3, -1.2, 2.0])


@pytest.mark.usefixtures("double_precision")
def test_named_parameters_and_frozen_distributions() -> None:
    for backend in ("numpy", "jax"):
        derived: Any = pullback.value_and_grad(in_several_ways, wrt=(0, 1, 2), backend=backend)
        value, grads = (jax.jit(derived) if backend == "jax" else derived)(X, 0.4, 1.5)
        np.testing.assert_allclose(value, in_several_ways(X, 0.4, 1.5), rtol=1e-12)
        for k in (1, 2):
            assert grads[k] == pytest.approx(differences(in_several_ways, [X, 0.4, 1.5], k), rel=1e-6)
        z = (X - 0.4) / 1.5
        np.testing.assert_allclose(grads[0], -z / 1.5 + norm.pdf(X, 0.4, 1.5) - norm.pdf(X, 0.4), rtol=1e-10)


def log_likelihood(x: Any, m: Any, s: Any) -> Any:
    return np.sum(norm.logpdf(x, scale=s)) + np.sum(stats.norm.logcdf(m))


def test_the_text_is_what_a_person_would_write() -> None:
    text = pullback.value_and_grad(log_likelihood, wrt=(0, 1)).specialize(X, 0.4, 1.5).source
    assert "from scipy.stats import norm\n" in text
    assert "norm.logpdf(x, scale=s)" in text
    assert "norm.logcdf(m)" in text
    text = pullback.value_and_grad(log_likelihood, backend="jax").specialize(X, 0.4, 1.5).source
    assert "from jax.scipy.stats import norm\n" in text


def curvature(x: Any, a: Any) -> Any:
    return np.sum(gamma.logpdf(x, a)) + np.sum(stats.t.logpdf(x, a)) + np.sum(norm.logsf(x)) + np.sum(norm.pdf(x))


def test_second_derivatives() -> None:
    x, h = np.array([0.4, 1.5, 3.0]), 1e-5
    found = pullback.hessian(curvature)(x, 2.3)
    gradient = pullback.grad(curvature)
    wanted = [(gradient(x + h * e, 2.3) - gradient(x - h * e, 2.3)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-8)
    again = pullback.grad(pullback.grad(curvature, wrt=1), wrt=1)(x, 2.3)
    slope = pullback.grad(curvature, wrt=1)
    assert again == pytest.approx((slope(x, 2.3 + h) - slope(x, 2.3 - h)) / (2 * h), rel=1e-6)


COUNTS = {
    "poisson": ("pmf logpmf cdf", (1.7,), (0,)), "bernoulli": ("pmf logpmf", (0.3,), (0,)),
    "binom": ("pmf logpmf", (5, 0.3), (1,)), "geom": ("logpmf", (0.3,), (0,)), "nbinom": ("logpmf", (2.5, 0.3), (0, 1)),
}  # fmt: skip
K = np.array([-1, 0, 1, 2, 9])


@pytest.mark.parametrize(
    ("name", "method"), [(name, m) for name, (methods, _, _) in COUNTS.items() for m in methods.split()]
)
def test_discrete_distributions(name: str, method: str) -> None:
    op: Any = getattr(getattr(stats, name), method)
    _, values, real = COUNTS[name]
    out = op(K, *values, 0)
    for p in real:
        rule = registry.find(op, (p + 1,))
        assert rule is not None
        found = np.broadcast_to(rule.fn(out, K, *values, 0)[p + 1], K.shape)
        with np.errstate(invalid="ignore"):
            wanted = differences(op, [K, *values, 0], p + 1)
        np.testing.assert_allclose(found, np.where(np.isfinite(wanted), wanted, 0.0), rtol=1e-6, atol=1e-8)


def test_probabilities_at_their_bounds() -> None:
    for op, operands, place, slope in (
        (stats.bernoulli.logpmf, (0, 0.0, 0), 1, -1.0), (stats.bernoulli.logpmf, (1, 1.0, 0), 1, 1.0),
        (stats.bernoulli.pmf, (1, 0.0, 0), 1, 1.0), (stats.binom.pmf, (1, 3, 0.0, 0), 2, 3.0),
        (stats.poisson.pmf, (1, 0.0, 0), 1, 1.0), (stats.poisson.logpmf, (0, 0.0, 0), 1, -1.0),
        (stats.binom.logpmf, (3, 3, 1.0, 0), 2, 3.0),
    ):  # fmt: skip
        rule = registry.find(op, (place,))
        assert rule is not None
        assert rule.fn(op(*operands), *operands)[place] == slope


def of_vectors(x: Any, m: Any, a: Any) -> Any:
    cov = a @ a.T + np.eye(3)
    one = stats.multivariate_normal.logpdf(x[0], mean=m, cov=cov)
    weighted = stats.multivariate_normal.logpdf(x, m, cov) * np.arange(4.0)
    return np.sum(weighted) + one * one + np.sum(stats.multivariate_normal.pdf(x, m, cov))


def without_mean(x: Any, a: Any) -> Any:
    return stats.multivariate_normal.logpdf(x, cov=a @ a.T + np.eye(3))


def of_zero_mean(x: Any, a: Any) -> Any:
    return stats.multivariate_normal.logpdf(x, np.zeros(3), a @ a.T + np.eye(3))


@pytest.mark.usefixtures("double_precision")
def test_normal_distribution_of_vectors() -> None:
    rng = np.random.default_rng(3)
    operands = (rng.standard_normal((4, 3)), rng.standard_normal(3), rng.standard_normal((3, 3)))
    wanted = pullback.value_and_grad(of_vectors, wrt=(0, 1, 2))(*operands)
    assert wanted[0] == pytest.approx(of_vectors(*operands))
    for k, g in enumerate(wanted[1]):
        v = rng.standard_normal(operands[k].shape)
        moved = [of_vectors(*operands[:k], operands[k] + h * v, *operands[k + 1 :]) for h in (1e-6, -1e-6)]
        assert np.sum(g * v) == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-6)
    x, a = operands[1:]
    da = pullback.grad(without_mean, wrt=1)(x, a)
    np.testing.assert_allclose(da, pullback.grad(of_zero_mean, wrt=1)(x, a), rtol=1e-10)
    found = jax.jit(pullback.value_and_grad(of_vectors, wrt=(0, 1, 2), backend="jax"))(*operands)
    for g, e in zip(found[1], wanted[1], strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-9, atol=1e-11)


def shares(z: Any) -> Any:
    e = np.exp(z)
    return e / np.sum(e, axis=0)


def of_shares(z: Any, a: Any) -> Any:
    p = shares(z)
    one = stats.dirichlet.logpdf(p[:, 0], a) * stats.dirichlet.pdf(p[:-1, 1], a)
    several = np.sum(stats.dirichlet.logpdf(p, a) * np.arange(3.0)) + np.sum(stats.dirichlet.pdf(p, a))
    return one + several + stats.multinomial.logpmf(np.array([2, 0, 3, 1]), 6, p[:, 2]) ** 2


TABLE = np.array([[2, 0, 3, 1], [0, 0, 1, 5], [1, 1, 1, 1]])


def of_counts(z: Any, a: Any) -> Any:
    table = stats.multinomial.logpmf(TABLE[:2], 6, shares(z)[:, 0])
    return table[0] * table[1] + np.sum(stats.multinomial.logpmf(TABLE[1:], np.array([6, 4]), shares(z)[:, :2].T))


def of_spread(z: Any, a: Any) -> Any:
    cov = z @ z.T + np.eye(4)
    return stats.multivariate_normal.entropy(a, cov) * stats.multivariate_normal.entropy(cov=cov)


@pytest.mark.parametrize("f", [of_shares, of_counts, of_spread])
@pytest.mark.usefixtures("double_precision")
def test_distributions_of_shares_and_counts(f: Any) -> None:
    rng = np.random.default_rng(3)
    operands = (rng.standard_normal((4, 3)), np.array([1.5, 2.2, 0.7, 3.0]))
    wrt = (0, 1) if f is of_shares else (0,)
    for k in wrt:
        v, gradient = rng.standard_normal(operands[k].shape), pullback.grad(f, wrt=k)
        ends = [(*operands[:k], operands[k] + h * v, *operands[k + 1 :]) for h in (1e-6, -1e-6)]
        slope = (f(*ends[0]) - f(*ends[1])) / 2e-6
        assert np.sum(gradient(*operands) * v) == pytest.approx(slope, rel=1e-6)
        assert pullback.jvp(f, wrt=k)(operands, v)[1] == pytest.approx(slope, rel=1e-6)
        curve = (gradient(*ends[0]) - gradient(*ends[1])) / 2e-6
        np.testing.assert_allclose(pullback.hvp(f, wrt=k)(operands, v), curve, rtol=1e-6, atol=1e-7)
    if f is of_shares:
        found = jax.jit(pullback.grad(f, wrt=wrt, backend="jax"))(*operands)
        for g, e in zip(found, pullback.grad(f, wrt=wrt)(*operands), strict=True):
            np.testing.assert_allclose(g, e, rtol=1e-9)


def impossible_counts(p: Any) -> Any:
    return stats.multinomial.logpmf(np.array([1, 2]), 2, p)


def test_counts_that_are_impossible_have_the_derivative_zero() -> None:
    np.testing.assert_array_equal(pullback.grad(impossible_counts)(np.array([0.5, 0.5])), [0.0, 0.0])


def of_drawn_counts(x: Any, a: Any) -> Any:
    return stats.multinomial.pmf(np.array([1, 2, 0]), 3, x / np.sum(x))


def several_lines(x: Any, a: Any) -> Any:
    return np.sum(stats.multinomial.logpmf(np.eye(3, dtype=int), 1, x / np.sum(x)))


def of_some_shares(x: Any, a: Any) -> Any:
    return stats.dirichlet(x).logpdf(x / np.sum(x))


def in_shape(x: Any, a: Any) -> Any:
    return np.sum(stats.t.cdf(x, a))


def logarithm_in_shape(x: Any, a: Any) -> Any:
    return np.sum(stats.gamma.logcdf(x, a))


def in_a_count(x: Any, a: Any) -> Any:
    return np.sum(stats.poisson.logpmf(x, a))


def of_another(x: Any, a: Any) -> Any:
    return np.sum(stats.alpha.logpdf(x, a))


def a_moment(x: Any, a: Any) -> Any:
    return np.sum(stats.gamma(a).mean() * x)


def made_of_vectors(x: Any, a: Any) -> Any:
    return stats.multivariate_normal(x).logpdf(x)


def without_covariance(x: Any, a: Any) -> Any:
    return stats.multivariate_normal.logpdf(x)


def with_a_place(x: Any, a: Any) -> Any:
    return np.sum(stats.vonmises.logpdf(x, 1.5, a))


def of_one_row(x: Any, a: Any) -> Any:
    return np.sum(stats.multivariate_normal.logpdf(np.reshape(x, (1, 3)), x, np.eye(3)))


def without_a_mean(x: Any, a: Any) -> Any:
    return stats.multivariate_normal.logpdf(x, cov=np.eye(3))


def not_there(x: Any, a: Any) -> Any:
    return np.sum(stats.lognorm.logpdf(x, 1.5))


REFUSED = [
    (in_shape, 1, "numpy", "no derivative rule for 't.cdf'", "derivative in x, loc and scale only"),
    (logarithm_in_shape, 1, "numpy", "no derivative rule for 'gamma.logcdf'", "derivative in x, loc and scale only"),
    (in_a_count, 0, "numpy", "no derivative rule for 'poisson.logpmf'", "its real parameters only"),
    (of_another, 0, "numpy", "no derivative rule for 'alpha.logpdf'", "No derivative is known here"),
    (a_moment, 1, "numpy", "'mean' in its argument 'a'|no derivative rule for 'gamma.mean'", ""),
    (made_of_vectors, 0, "numpy", "multivariate_normal", "Call its methods, with mean and cov"),
    (without_covariance, 0, "numpy", "without a regular matrix for the covariance", "np.eye"),
    (with_a_place, 0, "jax", "vonmises.logpdf with loc or scale cannot be written for JAX yet", "divide by scale"),
    (of_one_row, 0, "jax", "of one row, or of more than two axes", "np.reshape"),
    (without_a_mean, 0, "jax", "multivariate_normal.logpdf without mean or cov", "pass both"),
    (of_drawn_counts, 0, "numpy", "no derivative rule for 'pmf'", "multinomial.logpmf"),
    (several_lines, 0, "jax", "multinomial.logpmf of several lines of counts", "xlogy"),
    (of_some_shares, 0, "numpy", "dirichlet", "Call its methods, with all parameters"),
    (not_there, 0, "jax", "scipy.stats.lognorm.logpdf cannot be written for JAX yet", "jax.scipy"),
]


@pytest.mark.parametrize(
    ("f", "wrt", "backend", "words", "way_round"), REFUSED, ids=lambda x: getattr(x, "__name__", "")
)
def test_refused_with_the_users_line(f: Any, wrt: int, backend: Any, words: str, way_round: str) -> None:
    with pytest.raises(pullback.NotSupportedYet, match=words) as caught:
        pullback.value_and_grad(f, wrt=wrt, backend=backend).specialize(np.array([0.5, 1.0, 2.0]), 1.5)
    assert caught.value.line == f.__code__.co_firstlineno + 1
    assert way_round in (caught.value.hint or "")


PRIOR = stats.norm(0.5, scale=2)
WIDE = stats.norm(0.5, scale=np.ones(3))


def of_the_module(x: Any) -> Any:
    return np.sum(PRIOR.logpdf(x)) + np.sum(PRIOR.cdf(x))


def of_arrays(x: Any) -> Any:
    return np.sum(WIDE.logpdf(x))


def test_a_distribution_that_the_module_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = pullback.grad(of_the_module)
    np.testing.assert_allclose(derivative(X), (0.5 - X) / 4.0 + norm.pdf(X, 0.5, 2.0))
    monkeypatch.setitem(of_the_module.__globals__, "PRIOR", stats.cauchy())
    np.testing.assert_allclose(derivative(X), -2.0 * X / (1.0 + X * X) + stats.cauchy.pdf(X))
    with pytest.raises(pullback.NotSupportedYet, match="whose parameters are no numbers") as caught:
        pullback.grad(of_arrays)(X)
    assert caught.value.line == of_arrays.__code__.co_firstlineno + 1
