"""Kafka's command-line tools, run with the same arguments on DMQ and on Apache Kafka, and what they print compared."""
