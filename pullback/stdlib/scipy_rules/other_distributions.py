"""What distributions of `scipy.stats` have besides."""

from scipy import stats

from pullback.stdlib.registry import refused
from pullback.stdlib.scipy_rules.refusals import refuse_all

METHODS = "pdf logpdf pmf logpmf cdf logcdf sf logsf ppf isf mean var std median entropy moment interval stats".split()
DISTRIBUTIONS = [d for d in vars(stats).values() if isinstance(d, stats.rv_continuous | stats.rv_discrete)]

refuse_all(getattr(d, name) for d in DISTRIBUTIONS for name in METHODS if hasattr(d, name))
refused(
    stats.multinomial.logpmf,
    way_round="There is a derivative in p only: pullback.stop_gradient makes counts constants.",
)
refused(stats.multinomial.pmf, way_round="Use np.exp(scipy.stats.multinomial.logpmf(x, n, p)).")
refused(stats.multivariate_normal, way_round="Call its methods, with mean and cov.", computed=False)
refused(stats.dirichlet, stats.multinomial, way_round="Call its methods, with all parameters.", computed=False)
