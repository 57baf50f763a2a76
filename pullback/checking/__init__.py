"""Tools that check a derivative; `check_grad` is the one to call."""

from pullback.checking.check import check_grad
from pullback.checking.report import Finding, Report, Worst

__all__ = ["Finding", "Report", "Worst", "check_grad"]
