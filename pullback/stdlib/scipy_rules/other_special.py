"""What `scipy.special` has besides."""

from scipy import special

from pullback.stdlib.scipy_rules.refusals import refuse_others

refuse_others(special)
