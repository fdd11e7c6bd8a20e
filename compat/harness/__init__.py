"""The harness that starts a broker, drives clients against it and counts what passed.

Python 3.11's standard library only, so that it runs before anything is installed.
"""
