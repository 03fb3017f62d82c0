"""Fairmark: the security of IoT devices, measured, priced and answered for.

Read in this order: ``workflows/assess.py`` (the whole journey on one page), then the
package of the step you care about: ``examine`` (image to facts), ``standards`` (facts to
verdicts), ``risk`` (facts to money), ``render`` (values to documents). The words they
share are in ``model``.
"""

__version__ = "0.1.0"
